"""The words canonical records are written in. A vendor's code is mapped to one of them or its row is refused; nothing is guessed."""
