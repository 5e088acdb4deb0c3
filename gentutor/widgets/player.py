"""`play`: a piano roll with a play button, a line that runs along, and the notes as a MIDI file to take away.

Plain HTML with the sound inside: it works in JupyterLab, in an exported notebook and without a network. Where scripts
may not run, the button still plays and only the line stands still; where nothing plays, picture and sentence remain.
"""

from __future__ import annotations

import base64
import json
from html import escape
from typing import Any

from gentutor.errors import GentutorError
from gentutor.plots.pictures import still_bundle
from gentutor.plots.rolls import show_rolls
from gentutor.sound import RATE, midi_bytes, step_times, synthesise, wav_bytes

LONGEST = 45.0  # seconds: some 1 MB of sound, about what a page should carry at most for one button

_LINE = """(() => {{
  const figure = document.currentScript.parentElement;
  const audio = figure.querySelector("audio"), line = figure.querySelector(".gentutor-now");
  const times = {times}, left = {left}, right = {right};
  const move = () => {{
    const t = audio.currentTime;
    let step = times.findIndex((end) => end > t);
    step = step < 0 ? times.length - 1 : Math.max(step, 1);
    const part = Math.min(1, (step - 1 + (t - times[step - 1]) / (times[step] - times[step - 1])) / (times.length - 1));
    line.style.left = `${{100 * (left + part * (right - left))}}%`;
    line.style.visibility = t > 0 ? "visible" : "hidden";
    if (!audio.paused) requestAnimationFrame(move);
  }};
  audio.addEventListener("play", move);
  audio.addEventListener("seeked", move);
}})();"""


class ScorePlayer:
    """What `play` returns: it shows itself as the last line of a cell.

    Attributes
    ----------
    samples : array of float32 (N,)
        The sound.
    midi : bytes
        The notes as a MIDI file; ``Path("mine.mid").write_bytes(player.midi)`` keeps it.
    alt : str
        The sentence that stands for picture and sound.
    """

    def __init__(self, roll: Any, onset: Any, fermata: Any, *, title: str, alt: str, tempo: float, given: int) -> None:
        self.alt, self._title, self._tempo = alt, title, tempo
        self._times = step_times(len(roll), tempo, fermata=fermata)
        if self._times[-1] > LONGEST:
            raise GentutorError(
                f"This is {self._times[-1]:.0f} s of music; a player carries at most {LONGEST:.0f} s. Play fewer steps."
            )
        self.samples = synthesise(roll, onset, tempo=tempo, fermata=fermata)
        self.midi = midi_bytes(roll, onset, tempo=tempo)
        onsets = None if onset is None else {title: onset}
        self._picture = show_rolls({title: roll}, onsets=onsets, alt=alt, given=given)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        png = self._picture.png()
        box = self._picture.figure.axes[0].get_position()  # known once it is drawn
        bundle = still_bundle(png, self.alt)
        bundle["text/html"] = self._html(str(bundle["text/html"]), float(box.x0), float(box.x1))
        return bundle

    def _html(self, picture: str, left: float, right: float) -> str:
        from IPython.display import Audio

        sound = Audio(data=wav_bytes(self.samples), rate=RATE)._repr_html_().strip()
        label = f'<audio aria-label="{escape(self._title)}: {escape(self.alt)}"'
        script = _LINE.format(times=json.dumps([round(float(t), 3) for t in self._times]), left=left, right=right)
        midi = base64.b64encode(self.midi).decode("ascii")
        name = "".join(letter if letter.isalnum() else "_" for letter in self._title) or "music"
        return (
            '<figure class="gentutor-player" style="margin: 0; max-width: 760px">'
            f'<div style="position: relative">{picture}<div class="gentutor-now" style="position: absolute; top: 0; '
            'bottom: 0; width: 2px; background: #D55E00; visibility: hidden"></div></div>'
            f'<div style="display: flex; align-items: center; gap: 1em">{sound.replace("<audio", label, 1)}'
            f'<a download="{escape(name)}.mid" href="data:audio/midi;base64,{midi}">MIDI file</a></div>'
            f"<script>{script}</script></figure>"
        )


def play(
    roll: Any,
    onset: Any = None,
    *,
    fermata: Any = None,
    title: str = "",
    alt: str = "",
    tempo: float = 76.0,
    given: int = 0,
) -> ScorePlayer:
    """Show music on a grid of eighths: piano roll, play button, MIDI file.

    Parameters
    ----------
    roll : array or tensor (T, V)
        MIDI pitch of each voice in each step; 0 is a rest.
    onset : array or tensor (T, V), optional
        Where notes begin; only where the pitch changes when not given.
    fermata : array or tensor (T,), optional
        Where the players take their time.
    title : str
        Heading, and name of the MIDI file.
    alt : str
        What there is to see and hear, for whoever cannot.
    tempo : float
        Quarter notes in a minute.
    given : int
        So many steps are shaded as given.

    Returns
    -------
    ScorePlayer

    Raises
    ------
    GentutorError
        When it would play for more than 45 seconds, which is too much for one page.

    Examples
    --------
    >>> shown = play([[67, 64, 60, 48]] * 4, title="C major", alt="One chord")
    >>> len(shown.samples) > 0, shown.midi[:4]
    (True, b'MThd')
    """
    return ScorePlayer(roll, onset, fermata, title=title, alt=alt, tempo=tempo, given=given)
