"""Who takes part: agencies, their systems, their roles, and their people's roles in the portal (agencies.yaml).

Belongs here: the shape of agencies.yaml and looking an agency up. Does not belong here: what an agency may see (instruments say that).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from contracts.reviewed import Reviewed

NAME = r"^[a-z][a-z0-9_]*$"


class AgencyRole(StrEnum):
    """The part an agency plays; it may play several."""

    CONTRIBUTOR = "contributor"  # gives records of its own systems
    INTEGRATOR = "integrator"  # links and measures on behalf of the others; exactly one
    RECIPIENT = "recipient"  # receives products


class PersonRole(StrEnum):
    """What a person of an agency may do in the portal."""

    ANALYST = "analyst"  # queries the agency's own products
    DATA_STEWARD = "data_steward"  # answers for the agency's deliveries and quarantine
    PRIVACY_OFFICER = "privacy_officer"  # sees decisions, consents' coverage and expiries
    GOVERNANCE_OFFICER = "governance_officer"  # sees the governance product and approves releases
    LINKAGE_REVIEWER = "linkage_reviewer"  # decides doubtful pairs at the integrator


class Person(Reviewed):
    """One person's access; the login comes from the county's identity provider."""

    login: str = Field(pattern=r"^[^\s@]+@[^\s@]+$", description="As the identity provider names the person.")
    role: PersonRole = Field(description="What the person may do.")
    user: str | None = Field(
        default=None,
        pattern=r"^[a-z_][a-z0-9_.-]*$",
        description="Account of the operating system under which the person reads products; default: the login up to its @.",
    )

    @property
    def account(self) -> str:
        """The account that notes of reading name."""
        return self.user or self.login.partition("@")[0]


class Agency(Reviewed):
    """One agency."""

    title: str = Field(min_length=1, description="As pages show it.")
    roles: tuple[AgencyRole, ...] = Field(min_length=1, description="contributor, integrator, recipient.")
    systems: tuple[str, ...] = Field(default=(), description="Systems whose records it owns.")
    receives_as: str | None = Field(default=None, pattern=NAME, description="Folder of its products under published/; default its name.")
    breach_contact: str | None = Field(default=None, description="Who is told of a breach; empty is shown as such.")
    people: tuple[Person, ...] = Field(default=(), description="Who may look, and as what.")

    @model_validator(mode="after")
    def _roles_fit(self) -> Self:
        if AgencyRole.CONTRIBUTOR in self.roles and not self.systems:
            raise ValueError("a contributor must list its systems")
        if self.systems and AgencyRole.CONTRIBUTOR not in self.roles:
            raise ValueError("only a contributor lists systems; add the role contributor or remove them")
        if self.receives_as and AgencyRole.RECIPIENT not in self.roles:
            raise ValueError("only a recipient has receives_as; add the role recipient or remove it")
        return self


class Agencies(Reviewed):
    """agencies.yaml."""

    agencies: dict[str, Agency] = Field(min_length=1, description="Agency name -> agency.")

    @model_validator(mode="after")
    def _one_integrator_and_no_shared_system(self) -> Self:
        integrators = self._with(AgencyRole.INTEGRATOR)
        if len(integrators) != 1:
            raise ValueError(f"exactly one agency must be the integrator, not {len(integrators)}")
        owned: dict[str, str] = {}
        for name, agency in self.agencies.items():
            for system in agency.systems:
                if system in owned:
                    raise ValueError(f"system [{system}] is claimed by [{owned[system]}] and by [{name}]; a system has one owner")
                owned[system] = name
        users = [person.user for agency in self.agencies.values() for person in agency.people if person.user]
        if twice := sorted({user for user in users if users.count(user) > 1}):
            raise ValueError(f"two people would read under one account [{', '.join(twice)}]; give each a user of their own")
        folders = [self.folder_of(name) for name in self._with(AgencyRole.RECIPIENT)]
        if len(folders) != len(set(folders)):
            raise ValueError("two recipients would publish into one folder; give each its own receives_as")
        return self

    def _with(self, role: AgencyRole) -> tuple[str, ...]:
        return tuple(sorted(name for name, agency in self.agencies.items() if role in agency.roles))

    @property
    def integrator(self) -> str:
        """The one agency that links."""
        return self._with(AgencyRole.INTEGRATOR)[0]

    @property
    def contributors(self) -> tuple[str, ...]:
        """Agencies that give records, in order of name."""
        return self._with(AgencyRole.CONTRIBUTOR)

    @property
    def recipients(self) -> tuple[str, ...]:
        """Agencies that receive products, in order of name."""
        return self._with(AgencyRole.RECIPIENT)

    @property
    def accounts(self) -> dict[str, tuple[str, Person]]:
        """Account -> agency and person who reads under it. One that two logins would share is nobody's until a `user` is said."""
        people = [(name, person) for name, agency in sorted(self.agencies.items()) for person in agency.people]
        default = [person.account for _, person in people if person.user is None]
        said = {person.user for _, person in people if person.user}
        return {
            person.account: (name, person)
            for name, person in people
            if person.user or (default.count(person.account) == 1 and person.account not in said)
        }

    def owner_of(self, system: str) -> str | None:
        """The agency that owns a system, or None if none claims it."""
        return next((name for name in sorted(self.agencies) if system in self.agencies[name].systems), None)

    def folder_of(self, agency: str) -> str:
        """Folder of an agency's products under ``published/``."""
        return self.agencies[agency].receives_as or agency
