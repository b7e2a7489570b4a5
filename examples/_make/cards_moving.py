"""The illustrated cards of sounds, films, robots and mixed media."""

from __future__ import annotations

from functools import partial

import films
import numpy as np
import pictures
import sounds
from illustrated import Illustrated, scores

_HAND = "The outputs were written by hand."
_BALL, _BOAT = {"ball.mp4": films.ball}, {"boat.mp4": films.boat}
_VOICE = partial(sounds.spoken, "a  e  o")


def _noisy() -> sounds.Sound:
    voice = _VOICE()
    return voice + sounds.noise(voice)


def _room() -> sounds.Sound:
    quiet = np.zeros(int(0.6 * sounds.RATE))
    return np.concatenate([quiet, sounds.spoken("ae"), quiet, sounds.spoken("oui"), quiet])


CARDS = (
    Illustrated(
        "text-to-speech", "text-to-speech", "Vowels", "A buzz and three resonances make the vowels, by a formula.",
        """
The script knows five vowels and no consonant. Each is a buzz of 113 Hz sent through the resonances of a mouth that has the
shape for it:

| Vowel | \\\\(F_1\\\\) | \\\\(F_2\\\\) | \\\\(F_3\\\\) |
|---|--:|--:|--:|
| a | 730 | 1090 | 2440 |
| e | 530 | 1840 | 2480 |
| i | 270 | 2290 | 3010 |
| o | 570 | 840 | 2410 |
| u | 300 | 870 | 2240 |

The numbers are in hertz, from Peterson and Barney, *Control Methods Used in a Study of the Vowels*, 1952.
""",
        [
            {"text": "a e i o u", "example_title": "The vowels", "output": {"url": "vowels.flac"}},
            {"text": "o", "example_title": "Oh", "output": {"url": "oh.flac"}},
            {"text": "ai ai", "example_title": "Ai ai", "output": {"url": "ai.flac"}},
        ],
        {"vowels.flac": partial(sounds.spoken, "a e i o u"), "oh.flac": partial(sounds.spoken, "o", 0.7), "ai.flac": partial(sounds.spoken, "ai ai", 0.25)},
    ),
    Illustrated(
        "text-to-audio", "text-to-audio", "Bells and rain", "The sounds are formulas and seeded noise.",
        "Sounds from a description: not speech, and not only music.\n",
        [
            {"text": "Five bells, going down", "example_title": "Bells", "output": {"url": "bells.flac"}},
            {"text": "Rain on a roof", "example_title": "Rain", "output": {"url": "rain.flac"}},
            {"text": "A heart, calm", "example_title": "A heart", "output": {"url": "heart.flac"}},
        ],
        {"bells.flac": sounds.scale, "rain.flac": sounds.rain, "heart.flac": sounds.heart},
    ),
    Illustrated(
        "audio-classification", "audio-classification", "What is heard", "The scores were set by hand.",
        "A sound goes in; what it may be comes out, the likeliest first.\n",
        [
            {"src": "bells.flac", "example_title": "Bells", "output": scores(bell=0.95, glass=0.03, piano=0.02)},
            {"src": "rain.flac", "example_title": "Rain", "output": scores(rain=0.91, applause=0.06, radio_noise=0.03)},
            {"src": "siren.flac", "example_title": "A siren", "output": scores(siren=0.97, whistle=0.03)},
        ],
        {"bells.flac": sounds.scale, "rain.flac": sounds.rain, "siren.flac": sounds.siren}, language="",
    ),
    Illustrated(
        "audio-to-audio", "audio-to-audio", "Voice and noise", "The recording was mixed by a script that keeps its parts.",
        "A recording goes in; one or several come out, each with a label. Here the voice and the noise that were mixed come apart again, exactly, because the script kept them.\n",
        [
            {"src": "mixed.flac", "example_title": "Taken apart",
             "output": [{"label": "voice", "url": "voice.flac"}, {"label": "noise", "url": "noise.flac"}]},
            {"src": "mixed.flac", "example_title": "Cleaned", "output": {"url": "voice.flac"}},
            {"src": "voice.flac", "example_title": "Nothing to clean", "output": {"url": "voice.flac"}},
        ],
        {"mixed.flac": _noisy, "voice.flac": _VOICE, "noise.flac": lambda: sounds.noise(_VOICE())}, language="",
    ),
    Illustrated(
        "voice-activity-detection", "voice-activity-detection", "When someone speaks", "The script that made the sound knows when it speaks.",
        "The stretches of a recording in which someone speaks, in seconds. Press a stretch to hear it.\n",
        [
            {"src": "room.flac", "example_title": "Twice", "output": [{"label": "speech", "start": 0.6, "end": 1.24}, {"label": "speech", "start": 1.84, "end": 2.8}]},
            {"src": "rain.flac", "example_title": "Only rain", "output": {"text": "Nobody speaks."}},
            {"src": "voice.flac", "example_title": "From the start", "output": [{"label": "speech", "start": 0.0, "end": 0.32}, {"label": "speech", "start": 0.76, "end": 1.08},
             {"label": "speech", "start": 1.52, "end": 1.84}]},
        ],
        {"room.flac": _room, "rain.flac": partial(sounds.rain, 1.0), "voice.flac": _VOICE}, language="",
    ),
    Illustrated(
        "audio-text-to-text", "audio-text-to-text", "Told of sounds", _HAND,
        "A recording and a prompt go in, a text comes out.\n",
        [
            {"src": "bells.flac", "text": "How many bells are there, and do they go up or down?", "example_title": "Counting", "output": [{"generated_text": "Five bells, going down."}]},
            {"src": "heart.flac", "text": "How fast does it beat?", "example_title": "A pulse", "output": [{"generated_text": "About 71 beats a minute."}]},
            {"src": "rain.flac", "text": "Should I take an umbrella?", "example_title": "An umbrella", "output": [{"generated_text": "Yes. That is rain."}]},
        ],
        {"bells.flac": sounds.scale, "heart.flac": sounds.heart, "rain.flac": partial(sounds.rain, 1.0)},
    ),
    Illustrated(
        "video-classification", "video-classification", "What happens", "The scores were set by hand.",
        "A film goes in; what happens in it comes out.\n",
        [
            {"src": "ball.mp4", "example_title": "A ball", "output": scores(bouncing_a_ball=0.96, juggling=0.03, bowling=0.01)},
            {"src": "boat.mp4", "example_title": "A boat", "output": scores(sailing=0.84, canoeing=0.11, surfing=0.05)},
            {"src": "cart.mp4", "example_title": "A cart", "output": scores(balancing=0.9, pushing_a_cart=0.1)},
        ],
        {**_BALL, **_BOAT, "cart.mp4": films.cart_pole}, language="",
    ),
    Illustrated(
        "video-text-to-text", "video-text-to-text", "Told of films", _HAND,
        "A film and a prompt go in, a text comes out.\n",
        [
            {"src": "ball.mp4", "text": "What happens to the ball?", "example_title": "A ball", "output": [{"generated_text": "It bounces from left to right, each time less high."}]},
            {"src": "boat.mp4", "text": "What is the weather like?", "example_title": "The weather", "output": [{"generated_text": "It rains, and there are small waves."}]},
            {"src": "boat.mp4", "text": "Give the film a title.", "example_title": "A title", "output": [{"generated_text": "Paper sea"}]},
        ],
        {**_BALL, **_BOAT},
    ),
    Illustrated(
        "text-to-video", "text-to-video", "A paper boat", "The films were drawn picture by picture by a script.",
        "A text goes in, a film comes out. These have twelve pictures a second and no sound.\n",
        [
            {"text": "A paper boat on small waves, in the rain", "example_title": "A paper boat", "output": {"url": "boat.mp4"}},
            {"text": "A red ball bounces over a lawn", "example_title": "A ball", "output": {"url": "ball.mp4"}},
            {"text": "The sun sets behind a house on a hill", "example_title": "Sunset", "output": {"url": "sunset.mp4"}},
        ],
        {**_BOAT, **_BALL, "sunset.mp4": films.sunset},
    ),
    Illustrated(
        "image-to-video", "image-to-video", "Into the house", "The films were drawn picture by picture by a script.",
        "A picture goes in and starts to move. The prompt is optional.\n",
        [
            {"src": "house.png", "text": "Go closer; smoke rises from the chimney", "example_title": "Closer", "output": {"url": "zoom.mp4"}},
            {"src": "house.png", "example_title": "Without a prompt", "output": {"url": "sunset.mp4"}},
            {"src": "night.png", "text": "The sun comes up", "example_title": "Morning (not done yet)"},
        ],
        {"house.png": pictures.house, "night.png": partial(pictures.house, night=True), "zoom.mp4": films.zoom, "sunset.mp4": films.sunset},
    ),
    Illustrated(
        "image-text-to-video", "image-text-to-video", "Sunset", "The film was drawn picture by picture by a script.",
        "A picture and a text go in, a film comes out.\n",
        [
            {"src": "house.png", "text": "Let the sun set.", "example_title": "Sunset", "output": {"url": "sunset.mp4"}},
            {"src": "house.png", "text": "Walk up to the door.", "example_title": "To the door", "output": {"url": "zoom.mp4"}},
            {"src": "house.png", "text": "Let it snow.", "example_title": "Snow (not done yet)"},
        ],
        {"house.png": pictures.house, "sunset.mp4": films.sunset, "zoom.mp4": films.zoom},
    ),
    Illustrated(
        "video-to-video", "video-to-video", "A negative", "Each picture of the film was turned into its negative by a script.",
        "A film goes in, another comes out.\n",
        [
            {"src": "ball.mp4", "text": "As a negative", "example_title": "Negative", "output": {"url": "negative.mp4"}},
            {"src": "ball.mp4", "example_title": "Without a prompt", "output": {"url": "negative.mp4"}},
            {"src": "ball.mp4", "text": "In slow motion", "example_title": "Slowly (not done yet)"},
        ],
        {**_BALL, "negative.mp4": partial(films.negative, films.ball())}, language="",
    ),
    Illustrated(
        "reinforcement-learning", "reinforcement-learning", "A pole on a cart", "Nothing was learned: a rule of four numbers keeps the pole up.",
        """
The film `replay.mp4` is what the Hub shows for an agent. This one is **CartPole**, the oldest of the exercises: push the cart left
or right so that the pole stays up. Four numbers are known at each step, and the rule is a weighted sum of them:

$$F = 40\\,\\theta + 8\\,\\dot\\theta + 1.2\\,x + 2.2\\,\\dot{x}$$

An agent that learns finds such weights by itself.

- [x] stays up for four seconds
- [ ] learned anything
""",
        [
            {"example_title": "Replay", "output": {"url": "replay.mp4"}},
        ],
        {"replay.mp4": films.cart_pole}, language="",
        more={"tags": ["illustrated-outputs", "reinforcement-learning", "CartPole-v1"],
              "model-index": [{"name": "A rule", "results": [{"task": {"type": "reinforcement-learning", "name": "reinforcement-learning"},
                "dataset": {"name": "CartPole, drawn here", "type": "CartPole"}, "metrics": [{"type": "mean_reward", "value": 200, "name": "steps upright"}]}]}]},
    ),
    Illustrated(
        "robotics", "robotics", "An arm that reaches", "Geometry moves the arm, no policy does.",
        "An arm of two links follows a point. The angle at the elbow comes from the law of cosines, the one at the shoulder from the rest.\n\n$$\\cos\\beta = \\frac{d^2 - a^2 - b^2}{2ab}$$\n",
        [
            {"example_title": "Replay", "output": {"url": "replay.mp4"}},
        ],
        {"replay.mp4": films.arm}, language="",
    ),
    Illustrated(
        "any-to-any", "any-to-any", "Anything goes", _HAND,
        "A model of this task takes and gives text, pictures and sound in one conversation. The widget is a chat.\n",
        [
            {"messages": [{"role": "user", "content": "What could I cook with lentils and two carrots?"}], "example_title": "Cooking",
             "output": {"text": "A soup: simmer both with an onion and cumin for half an hour."}},
            {"messages": [{"role": "user", "content": "How do I draw a house?"}], "example_title": "Drawing",
             "output": {"text": "A square, a triangle on top of it, a door in the middle, a window on each side."}},
            {"messages": [{"role": "user", "content": "What does a bell sound like?"}], "example_title": "Sounds",
             "output": {"text": "A stroke, then partials that fade, the high ones first."}},
        ],
    ),
)  # fmt: skip
