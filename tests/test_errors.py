"""What a reader sees of gentutor's errors in a notebook: a sentence and their own line, no stack trace."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CELL = """from gentutor.knobs import lesson_knobs

lesson_knobs("vaes").check(beta=1000)
"""


def test_a_notebook_shows_the_sentence_and_the_line_but_no_stack_trace():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    with pytest.raises(CellExecutionError):
        NotebookClient(notebook, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    assert output.traceback == [
        "KnobError: beta = 1000 is outside its range: choose 0.05 to 50 (usual value 1).",
        '    line 3 of the cell: lesson_knobs("vaes").check(beta=1000)',
    ]
