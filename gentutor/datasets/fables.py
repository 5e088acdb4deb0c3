"""A few fables of our own, so that text can be learnt where no larger text is at hand.

Written for gentutor and given away with it (MIT). The vocabulary is small on purpose: words come back in many
sentences, so that even a model that only counts can put them together in new ways.
"""

from __future__ import annotations

_FABLES = """
The old fox lived under the hill behind the mill. Every evening the old fox walked down to the river and looked at
the moon in the water. The moon in the water was round and white, and the fox thought that it was a cheese. One
night the fox jumped into the river to fetch the cheese. The water was cold, and the moon broke into a hundred
pieces. The fox climbed out of the river and shook the water from his fur. The owl in the old tree laughed and said
that some things are bright because they are far away.

The miller had a daughter who counted everything. She counted the stones in the wall and the birds on the roof. One
morning she counted one bird too many and found that it was a painted one. The painter had put it there to see
whether anybody would look. She told nobody, but she counted the birds again every morning. In the winter the birds
on the roof flew away, and only the painted one was left. The daughter of the miller said that a thing that never
leaves is not a bird. The painter heard it and put a small painted nest beside the bird.

A young crow found a mirror in the grass behind the house. The crow in the mirror was as black and as proud as the
crow in the grass. The young crow gave the other crow a piece of bread, but the other crow would not take it. It
held out a piece of bread of its own and waited. In the evening both crows were hungry, and the bread was still
there. The old crow came by and ate the bread. The old crow said that a friend who always agrees with you will never
share your bread.

There was a clock in the village that was always late. The people in the village were always late too, and so nobody
was ever angry. One morning a stranger came over the bridge with a new clock that was always right. The people in
the village looked at the new clock and began to run. They ran to the mill and they ran to the market, and nobody
had time to talk. In the winter the new clock stopped in the cold. The old clock was still late, and the people in
the village sat down and talked until the moon came over the hill.

The queen wanted a song that nobody had ever heard before. The first singer sang an old song backwards, and the
queen fell asleep. The second singer took the beginning of one song and the end of another, and the queen began to
smile. The third singer listened to the river all night and sang in the morning what the water had said. The queen
asked which of the songs was new. The old woman at the door said that every song is made of old notes, and that a
new song is one that makes the old notes surprised.

The gardener planted a row of stones and watered them every evening. The children laughed at the gardener and
counted the stones. In the spring there was one stone more than before. The children looked at the stones all day
and saw nothing. At night a small child went into the garden with a lamp and put another stone at the end of the
row. The gardener saw the light of the lamp from the window and said nothing. Some things grow only when somebody
believes in them, and some things grow only when somebody carries them.

The bear and the mouse kept a shop at the end of the forest. The bear sold honey, and the mouse sold needles. One
evening a traveller came over the hill and wanted to pay with a golden leaf. The bear looked at the leaf and saw
that it was golden. The mouse bit into the leaf and found that it was only a painted one. The traveller laughed and
paid with a real coin. The bear said that the leaf had been very beautiful all the same, and the mouse hung it over
the door.

An old woman taught a parrot to say good morning. The parrot said good morning in the morning, and it said good
morning at night. The children in the village thought that the parrot was very wise. The old woman said that the
parrot knew every word and no morning at all. One winter the house was dark for three days, and the parrot said
nothing. When the sun came over the hill, the parrot looked out of the window and said good morning very quietly.
The old woman gave it a piece of bread and did not teach it anything for the rest of the day.

Two brothers had a map of the hill with a cross on it. The first brother went out with a lamp and looked for the
cross on the hill. The second brother sat at home and looked at the map. In the evening the first brother came home
with stones in his shoes and a story about an owl. The second brother said that he had found a mistake in the map.
The next morning they went out together, and they found the fox, the river and an old coin. They put a new cross on
the map where the coin had been, so that the next children would have something to look for.

The boy who carried the letters could not read. He knew every letter by its smell and every house by its door. A
letter that smelled of bread went to the mill, and a letter that smelled of smoke went to the old woman. One morning
there was a letter that smelled of nothing at all. The boy carried it over the bridge and back and gave it to the
queen. The queen opened the letter and found that it was empty. She said that it was the first letter in the winter
that wanted nothing from her, and she hung it over her bed.

The snow fell on the forest for three days and three nights. The mouse slept under the snow and dreamed of a cheese
as round as the moon. The fox walked over the snow and dreamed of the mouse. The owl sat in the old tree and looked
at both of them. When the sun came, the snow was gone, and so were the dreams. The mouse was hungry and the fox was
hungry, and the owl said that a dream is the only bread that nobody can take from you.

The painter was asked to paint the wind. He painted the grass behind the mill, and the people said that it was only
grass. He painted a hat in the river, and the people said that it was only a hat. He painted the daughter of the
miller with her hair over her eyes, and the people began to hold their hats. The painter laughed and put down his
brush. He said that nobody has ever seen the wind, but everybody knows what it has done.
"""


def load_fables() -> list[str]:
    """Return the sentences of the fables, each on one line, in their order.

    Returns
    -------
    list of str
        Some eighty sentences, each ending with a full stop.

    Examples
    --------
    >>> load_fables()[0]
    'The old fox lived under the hill behind the mill.'
    """
    text = " ".join(_FABLES.split())
    return [f"{sentence}." for sentence in text.rstrip(".").split(". ")]
