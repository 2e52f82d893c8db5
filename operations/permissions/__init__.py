"""What an operator may do: policies generated from the calls that the code of each command group contains."""
