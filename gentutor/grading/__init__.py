"""Grading: release a lesson, collect what was handed in, mark it behind a wall, report.

Three processes share the work, so that a submission can neither see nor change what its mark is made of. A *checker*
holds contracts, seeds and marks (`marking`); a *zygote* is started clean behind a wall with torch loaded (`zygote`);
a *jailed child*, forked for one exercise of one submission, runs the student's code and answers in typed arrays
(`inside`). The main process alone writes results, as they come (`journal`).
"""
