"""A crawler, a tool of automation, or more than 20 interactions within one whole UTC second."""

from itertools import batched
