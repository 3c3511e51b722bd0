"""Quick start for analysts: open a published product read-only, read its notice, draw one figure.

Run it as a notebook (`marimo edit docs/notebooks/quickstart.py`) or as a script (`python docs/notebooks/quickstart.py`). It looks for the
newest version of county/measures in THROUGHCARE_HOME (default ./data) and asks nothing of any network.
"""

import marimo

app = marimo.App(width="medium", app_title="Throughcare: quick start")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    return Path, alt, duckdb, mo, os


@app.cell
def _(Path, duckdb, mo, os):
    folder = Path(os.environ.get("THROUGHCARE_HOME", "data")) / "published" / "county" / "measures"
    version = (folder / "CURRENT").read_text(encoding="utf-8").strip()
    # Read-only, with every door of the engine closed: the file can be asked, and nothing else can happen.
    con = duckdb.connect(
        str(folder / f"{version}.duckdb"),
        read_only=True,
        config={"enable_external_access": "false", "autoinstall_known_extensions": "false", "lock_configuration": "true"},
    )
    about = dict(con.sql("select name, value from _about").fetchall())
    mo.md(f"# {about['title']}\n\nVersion `{version}`, as of {about['as_of']}; it may be read until **{about['valid_until']}**.")
    return about, con, version


@app.cell
def _(con, mo):
    notice = [line for (line,) in con.sql("select notice from _notice order by line").fetchall()]
    mo.md("## What binds you\n\n" + "\n".join(f"* {line}" for line in notice))
    return (notice,)


@app.cell
def _(about, con, mo):
    tables = con.sql("select table_name, count(*) as columns from _columns group by all order by all").fetchall()
    mo.md(
        "## What is in it\n\n"
        + "\n".join(f"* `{name}`: {columns} columns" for name, columns in tables)
        + f"\n\n`withheld` marks a line with a count below {about['minimum_cell']} people, or one that would give such a count away."
        " **Withheld is not zero**: never fill it, never sum over it."
    )
    return (tables,)


@app.cell
def _(con, mo):
    views = con.sql("select view_name, question, caveats from _views order by view_name").fetchall()
    mo.md("## Views to begin with\n\n" + "\n".join(f"* `{name}`: {question} {caveats}" for name, question, caveats in views))
    return (views,)


@app.cell
def _(con):
    # One of the views: people with frequent contact, whose definition it is, and how many its list reaches.
    found = con.sql("select * from people_with_frequent_contact where race_group = 'ALL' order by definition").pl()
    found
    return (found,)


@app.cell
def _(con):
    stays = con.sql(
        "select who, people, round(value, 1) as days from stepping_up"
        " where measure = 'average_length_of_stay' and part = 'mean' and race_group = 'ALL' and not withheld order by who"
    ).pl()
    stays
    return (stays,)


@app.cell
def _(alt, mo, stays):
    chart = (
        alt.Chart(alt.InlineData(values=stays.to_dicts()), width=420)
        .mark_bar()
        .encode(x=alt.X("days:Q", title="average days in jail"), y=alt.Y("who:N", title="evidence of serious mental illness"))
    )
    mo.vstack([mo.md("## How long do people stay?"), chart])
    return (chart,)


@app.cell
def _(con):
    ratios = con.sql(
        "select point_name, race_group, rate_ratio, ratio_lower, ratio_upper, coalesce(reason, '') as why_not, withheld"
        " from racial_disparity where race_group not in ('ALL', 'UNKNOWN') order by point_name, race_group"
    ).pl()
    ratios
    return (ratios,)


@app.cell
def _(about, notice, ratios, stays, tables, version):
    # What a script says; in the notebook the cells above say it.
    print(f"{about['title']}, version {version}, as of {about['as_of']}")
    print(f"{len(tables)} tables, {len(notice)} lines of notice")
    print(f"average days in jail: {', '.join(f'{line[0]} {line[2]}' for line in stays.rows()) or 'withheld'}")
    print(f"{ratios.filter(ratios['rate_ratio'].is_not_null()).height} of {ratios.height} ratios can be shown")
    return


if __name__ == "__main__":
    app.run()
