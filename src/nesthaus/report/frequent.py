"""How the most frequent things of many days are found without adding up all that are rare."""

RARE = (8, 3, 1)
"""So few sessions a day are left out at first, then so few. With thousands of visitors a day the
first will do, or the second for a part of them, with hundreds the third; of fewer all are quickly
added up."""
