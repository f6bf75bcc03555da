"""Errors: one tree, as drawn."""

from __future__ import annotations

import re

import pytest

from supervisors import AlreadyStarted, MaxChildren, SpecError, SupervisorsError, errors


def test_the_tree_is_the_one_drawn_in_the_docstring():
    drawn = re.findall(r"^([│├└─ ]*)([A-Z]\w+)", errors.__doc__.split("```")[1], re.MULTILINE)
    parents = {}
    above = {0: "SupervisorsError"}
    for indent, name in drawn[1:]:
        depth = len(indent) // 4
        parents[name] = above[depth - 1]
        above[depth] = name
    real = {
        name: error.__bases__[0].__name__
        for name, error in vars(errors).items()
        if isinstance(error, type) and issubclass(error, SupervisorsError)
    }
    del real["SupervisorsError"]
    assert parents == real


def test_a_spec_error_names_field_and_value():
    error = SpecError("intensity", -1, "must not be negative")
    assert (error.field, error.value) == ("intensity", -1)
    assert str(error) == "intensity=-1: must not be negative"


@pytest.mark.parametrize("kind", [AlreadyStarted, MaxChildren])
def test_a_child_error_names_the_child(kind):
    error = kind("romeo", "his ref")
    assert (error.child_id, error.ref) == ("romeo", "his ref")
    assert str(error) == f"child 'romeo': {kind.text}"
