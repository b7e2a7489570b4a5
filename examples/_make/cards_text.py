"""The illustrated cards of texts and tables."""

from __future__ import annotations

from illustrated import Illustrated, scores

_HAND = "The outputs were written by hand."
_TOPICS = ["travel", "cooking", "sport", "money"]
_PLANETS = {"Planet": ["Mercury", "Venus", "Earth", "Mars"], "Moons": [0, 0, 1, 2], "Day (hours)": [1408, 5832, 24, 25]}
_VISITS = {"Month": ["Jan", "Feb", "Mar", "Apr", "May", "Jun"], "Visitors": [120, 135, 162, 171, 196, 214]}

CARDS = (
    Illustrated(
        "zero-shot-classification", "zero-shot-classification", "Topics named on the spot",
        "The scores were set by hand.",
        """
The labels come **with the text**: nobody trained anything for *travel* or *refund*. A model that does this asks itself for each
label whether “This text is about *travel*” follows from the text.

| Switch | What the scores do |
|---|---|
| one label is true | they share out 1.0 |
| several labels may be true | each stands alone, from 0 to 1 |

- [x] Try your own labels: the code under **Code** changes with them
- [ ] Run them: choose *Inference Providers* or an endpoint of yours under *Runs on*
""",
        [
            {"text": "We missed the last ferry and slept on the beach.", "candidate_labels": ", ".join(_TOPICS),
             "example_title": "One label", "output": scores(travel=0.91, sport=0.05, money=0.02, cooking=0.02)},
            {"text": "My card was charged twice and nobody answers the phone!",
             "candidate_labels": "urgent, refund, praise, delivery", "multi_class": True, "example_title": "Several labels",
             "output": scores(refund=0.97, urgent=0.93, delivery=0.21, praise=0.01)},
            {"text": "Simmer for ten minutes, then add the lentils.", "candidate_labels": ", ".join(_TOPICS),
             "example_title": "A recipe", "output": scores(cooking=0.98, travel=0.01, sport=0.01, money=0.0)},
        ],
    ),
    Illustrated(
        "translation", "translation", "Translated by hand",
        "The translations were written by hand.",
        """
Three sentences and what they are in German. Translating is harder than it looks; mind the traps:

1. **False friends.** *Eventually* is not *eventuell*:
   - *eventually* → *schließlich*
   - *possibly* → *eventuell*
2. **Gender.** “The nurse said she …” tells who it is; “The nurse said …” does not.
3. **Idioms.** Word by word, ~~it rains cats and dogs~~ makes little sense elsewhere.
""",
        [
            {"text": "The train leaves in ten minutes.", "example_title": "A plain sentence",
             "output": [{"translation_text": "Der Zug fährt in zehn Minuten ab."}]},
            {"text": "Eventually she found the key.", "example_title": "A false friend",
             "output": [{"translation_text": "Schließlich fand sie den Schlüssel."}]},
            {"text": "It is raining cats and dogs.", "example_title": "An idiom",
             "output": [{"translation_text": "Es regnet in Strömen."}]},
        ],
        more={"tags": ["illustrated-outputs", "translation"]},
    ),
    Illustrated(
        "text-ranking", "text-ranking", "Ranked by hand",
        "The scores were set by hand.",
        """
A **reranker** reads the query and each text together and gives the pair a score. It is slow and exact, and so comes second, after
a search that is quick and rough:

$$\\mathrm{score}(q, d) = \\sigma\\left(w^T \\, \\mathrm{encoder}([q; d])\\right)$$

The scores order the texts; they are not probabilities.
""",
        [
            {"source_sentence": "What do pandas eat?", "example_title": "Pandas",
             "sentences": ["Giant pandas live on bamboo.", "The pandas library reads tables.", "Bears sleep in winter."],
             "output": [{"index": 0, "score": 0.98}, {"index": 1, "score": 0.06}, {"index": 2, "score": 0.11}]},
            {"source_sentence": "How do I boil an egg?", "example_title": "An egg",
             "sentences": ["Ten minutes in boiling water make it hard.", "Eggs cost more this year.", "A kettle boils water."],
             "output": [{"index": 0, "score": 0.95}, {"index": 1, "score": 0.08}, {"index": 2, "score": 0.22}]},
            {"source_sentence": "opening hours on Sunday", "example_title": "Opening hours",
             "sentences": ["We are closed on public holidays.", "Sundays from 10 to 16.", "Parking is free."],
             "output": [{"index": 0, "score": 0.41}, {"index": 1, "score": 0.97}, {"index": 2, "score": 0.03}]},
        ],
    ),
    Illustrated(
        "text-retrieval", "text-retrieval", "Found by hand",
        "The scores were set by hand.",
        """
**Retrieval** finds, among very many texts, the few that may answer a query. Every text became a vector beforehand; only the
query is new. The widget shows the last step, a query against a handful of texts.
""",
        [
            {"source_sentence": "How do bees make honey?", "example_title": "Bees",
             "sentences": ["Bees dry nectar in the comb until it is honey.", "The comb of a hen is red.", "Honey never spoils."],
             "output": [0.88, 0.12, 0.47]},
            {"source_sentence": "Who painted the ceiling?", "example_title": "A ceiling",
             "sentences": ["Michelangelo lay on his back for four years.", "The ceiling was painted white last week."],
             "output": [0.71, 0.52]},
            {"source_sentence": "trains to the sea", "example_title": "Trains",
             "sentences": ["A line runs along the coast.", "The sea was calm.", "Trams stop at midnight."],
             "output": [0.66, 0.35, 0.28]},
        ],
    ),
    Illustrated(
        "multiple-choice", "multiple-choice", "Chosen by hand",
        "The scores were set by hand.",
        """
A question and the answers to choose from. The model gives each **pair** a score, so the number of answers may change from one
question to the next.
""",
        [
            {"text": "The boat sank because it was", "candidate_labels": "leaking, painted, blue",
             "example_title": "A boat", "output": scores(leaking=0.96, painted=0.02, blue=0.02)},
            {"text": "You need it to open a tin", "candidate_labels": "a tin opener, a hammer, a spoon",
             "example_title": "A tin",
             "output": [{"label": "a tin opener", "score": 0.93}, {"label": "a hammer", "score": 0.05}, {"label": "a spoon", "score": 0.02}]},
            {"text": "After rain the streets are", "candidate_labels": "wet, dry, new",
             "example_title": "Rain", "output": scores(wet=0.97, dry=0.02, new=0.01)},
        ],
    ),
    Illustrated(
        "table-to-text", "table-to-text", "Planets in words", _HAND,
        "A table goes in, a sentence comes out. Mind that every number of the sentence stands in the table.\n",
        [
            {"table": _PLANETS, "example_title": "All of them",
             "output": [{"generated_text": "Of the four inner planets only Earth and Mars have moons, one and two; a day lasts longest on Venus, 5,832 hours."}]},
            {"table": {name: column[2:] for name, column in _PLANETS.items()}, "example_title": "Earth and Mars",
             "output": [{"generated_text": "Earth has one moon and Mars two; their days are of about the same length."}]},
            {"table": {"Planet": ["Jupiter"], "Moons": [95], "Day (hours)": [10]}, "example_title": "One row",
             "output": [{"generated_text": "Jupiter has 95 moons and turns around in ten hours."}]},
        ],
    ),
    Illustrated(
        "tabular-to-text", "tabular-to-text", "Rows in words", _HAND,
        "Measurements go in, a remark comes out, as a weather service would write it.\n",
        [
            {"structured_data": {"Day": ["Mon", "Tue", "Wed"], "Rain (mm)": [0, 12, 3], "High (°C)": [24, 17, 19]},
             "example_title": "Three days",
             "output": [{"generated_text": "Monday stays dry at 24 °C; Tuesday brings 12 mm of rain and is seven degrees cooler."}]},
            {"structured_data": {"Day": ["Thu", "Fri"], "Rain (mm)": [0, 0], "High (°C)": [22, 25]}, "example_title": "A dry end",
             "output": [{"generated_text": "Dry on both days, and three degrees warmer on Friday."}]},
            {"structured_data": {"Day": ["Sat"], "Rain (mm)": [31], "High (°C)": [14]}, "example_title": "A wet day",
             "output": [{"generated_text": "Saturday is wet, with 31 mm of rain and no more than 14 °C."}]},
        ],
    ),
    Illustrated(
        "time-series-forecasting", "time-series-forecasting", "A straight line",
        "The outputs are a straight line through the last column, by least squares.",
        """
The next three months are what a straight line through the months before says:

$$\\hat{y}_{n+k} = \\bar{y} + \\frac{\\sum_{i} (x_i - \\bar{x})(y_i - \\bar{y})}{\\sum_{i} (x_i - \\bar{x})^2} \\, (n + k - \\bar{x})$$

> [!WARNING]
> A line goes on for ever. Seasons, holidays and the end of growth are not in it.
""",
        [
            {"structured_data": _VISITS, "example_title": "Visitors", "output": [232.1, 250.9, 269.8]},
            {"structured_data": {"Day": [1, 2, 3, 4], "Temperature": [4.0, 5.5, 7.0, 8.5]}, "example_title": "Warmer by the day",
             "output": [10.0, 11.5, 13.0]},
            {"structured_data": {"Week": [1, 2, 3, 4], "Stock": [80, 61, 40, 19]}, "example_title": "A stock that runs out",
             "output": [-1.0, -21.4, -41.8]},
        ],
    ),
    Illustrated(
        "graph-ml", "graph-ml", "Small graphs", "The numbers were counted by a script.",
        """
A graph is nodes and edges; a model on graphs says something of the nodes, the edges or the whole. The Hub has **no widget** for it,
so the answer is shown as data: of each node its number of edges (`degree`) and the share of its neighbours that know each
other (`clustering`).

```text
a --- b
| \\   |
c --- d
```
""",
        [
            {"example_title": "Four nodes", "output": {"nodes": {"a": {"degree": 3, "clustering": 0.667}, "b": {"degree": 2, "clustering": 1.0},
             "c": {"degree": 2, "clustering": 1.0}, "d": {"degree": 3, "clustering": 0.667}}, "edges": 5, "density": 0.833}},
            {"example_title": "A ring of five", "output": {"nodes": {n: {"degree": 2, "clustering": 0.0} for n in "abcde"}, "edges": 5, "density": 0.5}},
            {"example_title": "A star", "output": {"nodes": {"hub": {"degree": 4, "clustering": 0.0},
             **{n: {"degree": 1, "clustering": 0.0} for n in "abcd"}}, "edges": 4, "density": 0.4}},
        ],
        language="",
    ),
    Illustrated(
        "other", "other", "Something else", _HAND,
        """
For what fits no task there is `pipeline_tag: other`. There are no fields, as nobody knows what goes in; outputs are shown as what
they look like, else as data.
""",
        [
            {"example_title": "Labels are labels", "output": scores(north=0.7, south=0.3)},
            {"example_title": "A text is a text", "output": "Four of the five probes answered."},
            {"example_title": "Anything else", "output": {"route": ["A", "C", "F"], "length_km": 12.4, "seconds": 31}},
        ],
    ),
)  # fmt: skip
