"""Public docstrings are there, agree with the signature, and their examples run."""

import ast
import doctest
import importlib
import inspect
import pkgutil

import pytest
from numpydoc.docscrape import NumpyDocString

import gentutor
import gentutor.errors


def all_modules():
    for info in pkgutil.walk_packages(gentutor.__path__, "gentutor."):
        # A Jupyter configuration file is executed by Jupyter, not imported; __main__ would start the command line.
        if not info.name.endswith(("__main__", "_config")):
            yield info.name


def public_objects():
    for name in all_modules():
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            if key.startswith("_") or getattr(value, "__module__", None) != name:
                continue
            if inspect.isfunction(value) or inspect.isclass(value):
                yield f"{name}.{key}", value
            if inspect.isclass(value):
                for method, function in vars(value).items():
                    if not method.startswith("_") and inspect.isfunction(inspect.unwrap(function)):
                        yield f"{name}.{key}.{method}", inspect.unwrap(function)


OBJECTS = dict(public_objects())


@pytest.mark.parametrize("name", OBJECTS)
def test_every_public_object_has_a_docstring_whose_first_line_is_a_sentence(name):
    doc = inspect.getdoc(OBJECTS[name])
    assert doc, f"{name} has no docstring"
    first = doc.strip().split("\n\n")[0]
    assert first.rstrip().endswith((".", "!", "?", ":", "``")), f"{name}: {first!r} is no sentence"


def documented_parameters(doc):
    names = []
    for entry in NumpyDocString(doc)["Parameters"]:
        names += [part.strip().lstrip("*") for part in entry.name.split(",")]
    return names


@pytest.mark.parametrize("name", OBJECTS)
def test_documented_parameters_are_those_of_the_signature(name):
    value = OBJECTS[name]
    documented = documented_parameters(inspect.getdoc(value) or "")
    if not documented:
        return
    real = [parameter for parameter in inspect.signature(value).parameters if parameter not in ("self", "cls")]
    assert documented == [p for p in real if p in documented], f"{name}: documented {documented}, signature {real}"
    missing = set(real) - set(documented)
    assert not missing, f"{name}: {sorted(missing)} not documented"


@pytest.mark.parametrize("name", OBJECTS)
def test_documented_errors_exist(name):
    doc = NumpyDocString(inspect.getdoc(OBJECTS[name]) or "")
    module = importlib.import_module(OBJECTS[name].__module__)
    for entry in doc["Raises"]:
        for error in (part.strip() for part in entry.type.split(",")):
            found = getattr(gentutor.errors, error, None) or getattr(module, error, None)
            found = found or getattr(__import__("builtins"), error, None)
            assert found, f"{name}: no exception is called {error}"
            assert issubclass(found, BaseException)


def with_examples():
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in all_modules():
        for test in finder.find(importlib.import_module(name)):
            if test.examples:
                yield test


@pytest.mark.parametrize("example", list(with_examples()), ids=lambda test: test.name)
def test_examples_run(example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    import numpy as np
    import torch

    example.globs.update(np=np, torch=torch)
    results = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(example)
    assert results.attempted > 0
    assert results.failed == 0


def test_every_error_is_raised_somewhere():
    """An exception class that nothing raises is a promise without a keeper."""
    sources = [inspect.getsource(importlib.import_module(name)) for name in all_modules()]
    raised = set()
    for node in (n for source in sources for n in ast.walk(ast.parse(source))):
        if isinstance(node, ast.Raise) and node.exc is not None:
            called = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            raised.add(getattr(called, "id", getattr(called, "attr", "")))
        if isinstance(node, ast.Call):  # also built first and raised later
            raised.add(getattr(node.func, "id", ""))
    errors = {
        key for key, value in vars(gentutor.errors).items()
        if inspect.isclass(value) and issubclass(value, Exception) and not value.__subclasses__()
    }  # fmt: skip
    assert errors <= raised, f"never raised: {sorted(errors - raised)}"
