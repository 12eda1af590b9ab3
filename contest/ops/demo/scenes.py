"""What the demo's films and photos show. Each scene draws the moment `t` (0 to 1) at any size, always the same way."""

import math
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from contest.ops.demo.canvas import (
    Colour,
    Scene,
    Size,
    between,
    dot,
    glow,
    hills,
    sky,
    smooth,
    soft,
    stars,
)


def sorghum(t: float, size: Size) -> Image.Image:
    """The sun comes up behind a field of sorghum, which grows and moves in the wind."""
    u, w = size.u, size.width
    sun_x, sun_y = w * 0.62, (78 - 34 * smooth(t)) * u
    warm = smooth(t, 0, 0.8)
    picture = sky(
        size,
        between((26, 30, 66), (92, 120, 168), warm),
        between((96, 62, 84), (214, 156, 120), warm),
        between((190, 96, 60), (255, 206, 128), warm),
    )
    glow(picture, sun_x, sun_y, 60 * u, (255, 206, 120), 0.9)
    dot(ImageDraw.Draw(picture), sun_x, sun_y, 8 * u, (255, 246, 214))
    draw = hills(picture, size, [(5, 0.74, 0.10, (120, 74, 66)), (8, 0.84, 0.08, (70, 44, 44))], shift=t * 0.1)
    random = np.random.default_rng(7)
    for row, shade in enumerate([(46, 30, 30), (26, 18, 22), (12, 9, 14)]):
        count = 26 - 5 * row
        for number in range(count):
            x = (number + random.uniform(0.1, 0.9)) / count * w
            grown = smooth(t, random.uniform(-0.3, 0.1), random.uniform(0.45, 0.9))
            height = (24 + 13 * row + random.uniform(-5, 7)) * u * (0.55 + 0.45 * grown)
            _stalk(draw, x, 102 * u, height, math.sin(t * 9 + x / w * 7 + row) * 0.05, shade, u * (0.7 + row * 0.35))
    return picture


def _stalk(
    draw: ImageDraw.ImageDraw, x: float, foot: float, height: float, lean: float, colour: Colour, u: float
) -> None:
    points = [(x + lean * height * (k / 8) ** 2, foot - height * k / 8) for k in range(9)]
    draw.line(points, fill=colour, width=max(1, round(u * 0.8)))
    for k, side in ((3, 1), (4, -1), (5, 1), (6, -1)):
        at_x, at_y = points[k]
        reach = side * height * 0.16
        draw.line(
            [(at_x, at_y), (at_x + reach * 0.6, at_y - height * 0.06), (at_x + reach, at_y + height * 0.04)],
            fill=colour,
            width=max(1, round(u * 0.6)),
        )
    top_x, top_y = points[8]
    for k in range(7):
        dot(draw, top_x + lean * k * u * 3, top_y - k * u * 1.1, (2.1 - abs(k - 2.6) * 0.36) * u, colour)


def star_trails(t: float, size: Size) -> Image.Image:
    """The stars turn round the pole above a telescope dome, and leave their trails."""
    u, w = size.u, size.width
    picture = sky(size, (4, 9, 26), (12, 28, 66), (40, 58, 104))
    draw = ImageDraw.Draw(picture)
    pole_x, pole_y = w * 0.36, 36 * u
    random = np.random.default_rng(11)
    for _ in range(190):
        radius, start = random.uniform(3, 150) * u, random.uniform(0, 360)
        shade = between((30, 50, 96), (236, 240, 255), random.random() ** 1.6)
        box = (pole_x - radius, pole_y - radius, pole_x + radius, pole_y + radius)
        draw.arc(box, start, start + 2 + 62 * t, fill=shade, width=max(1, round(u * random.uniform(0.12, 0.34))))
    glow(picture, w * 0.8, 92 * u, 70 * u, (250, 190, 110), 0.35)
    draw = hills(picture, size, [(21, 0.86, 0.12, (16, 24, 48)), (23, 0.93, 0.10, (8, 13, 28))])
    _dome(picture, draw, w * 0.7, 84 * u, u, open_by=smooth(t, 0.1, 0.6))
    return picture


def _dome(picture: Image.Image, draw: ImageDraw.ImageDraw, x: float, y: float, u: float, open_by: float) -> None:
    draw.rectangle((x - 15 * u, y, x + 15 * u, y + 20 * u), fill=(22, 32, 58))
    draw.pieslice((x - 17 * u, y - 17 * u, x + 17 * u, y + 17 * u), 180, 360, fill=(52, 66, 104))
    if open_by > 0:
        wide = 5 * u * open_by
        draw.polygon(
            [(x - 3 * u, y), (x + 3 * u, y), (x - 2 * u - wide, y - 17 * u), (x - 8 * u, y - 15 * u)],
            fill=(255, 214, 130),
        )
        glow(picture, x - 5 * u, y - 10 * u, 30 * u, (255, 210, 120), 0.8 * open_by)
    draw.rectangle((x - 17.5 * u, y - u, x + 17.5 * u, y + u), fill=(14, 20, 40))


def wind(t: float, size: Size) -> Image.Image:
    """Wind turbines on the ridges of the Taihang, clouds going by."""
    u, w = size.u, size.width
    picture = sky(size, (96, 150, 206), (176, 208, 228), (246, 226, 196))
    veil = Image.new("L", picture.size, 0)
    clouds = ImageDraw.Draw(veil)
    random = np.random.default_rng(3)
    for _ in range(9):
        x = (random.random() + t * 0.22) % 1.25 * w - 0.12 * w
        y, wide = random.uniform(8, 40) * u, random.uniform(10, 22) * u
        for part in range(5):
            reach = wide * (0.5 - abs(part - 2) * 0.13)
            clouds.ellipse(
                (x + part * wide * 0.4 - reach, y - reach * 0.4, x + part * wide * 0.4 + reach, y + reach * 0.4),
                fill=190,
            )
    picture.paste((255, 252, 246), mask=soft(veil, 1.6 * u))
    draw = hills(picture, size, [(31, 0.62, 0.16, (150, 176, 186)), (33, 0.72, 0.16, (104, 140, 138))], shift=t * 0.12)
    _turbine(draw, w * 0.22, 62 * u, 24 * u, t * 13 + 1.0, u * 0.55)
    _turbine(draw, w * 0.48, 60 * u, 20 * u, t * 15 + 2.2, u * 0.45)
    draw = hills(picture, size, [(36, 0.88, 0.18, (62, 104, 84))], shift=t * 0.3)
    _turbine(draw, w * 0.76, 78 * u, 52 * u, t * 10, u)
    hills(picture, size, [(39, 1.0, 0.16, (34, 66, 54))], shift=t * 0.5)
    return picture


def _turbine(draw: ImageDraw.ImageDraw, x: float, foot: float, height: float, turned: float, u: float) -> None:
    top = foot - height
    draw.polygon(
        [(x - u, foot + height), (x + u, foot + height), (x + u * 0.5, top), (x - u * 0.5, top)], fill=(244, 246, 246)
    )
    for blade in range(3):
        angle = turned + blade * 2 * math.pi / 3
        long, across = height * 0.62, u * 1.1
        tip = (x + math.cos(angle) * long, top + math.sin(angle) * long)
        side = (math.cos(angle + 1.3) * across, math.sin(angle + 1.3) * across)
        draw.polygon(
            [(x - side[0], top - side[1]), (x + side[0] * 1.6, top + side[1] * 1.6), tip], fill=(252, 252, 250)
        )
    dot(draw, x, top, u * 1.3, (214, 220, 222))


def cells(t: float, size: Size) -> Image.Image:
    """What a microscope sees: cells that drift, grow and part."""
    u, w = size.u, size.width
    picture = sky(size, (2, 8, 14), (2, 8, 14))
    middle_x, middle_y = w / 2, 50 * u
    glow(picture, middle_x, middle_y, 62 * u, (20, 120, 118), 0.85)
    living = Image.new("RGB", picture.size, (0, 0, 0))
    draw = ImageDraw.Draw(living)
    random = np.random.default_rng(19)
    for number in range(46):
        angle, far = random.uniform(0, 2 * math.pi), 38 * math.sqrt(random.random()) * u
        born = random.uniform(-0.4, 0.75)
        grown, parted = smooth(t, born, born + 0.25), smooth(t, born + 0.3, born + 0.6)
        turn = angle + t * 0.5 * (1 if number % 2 else -0.6)
        x, y = middle_x + math.cos(turn) * far, middle_y + math.sin(turn) * far
        radius = random.uniform(2.6, 4.8) * u * grown
        for side in (-1, 1):
            away = side * radius * 0.95 * parted
            _cell(draw, x + math.cos(angle) * away, y + math.sin(angle) * away, radius * (1 - 0.22 * parted))
    picture = ImageChops.add(picture, living)
    ring = ImageDraw.Draw(picture)
    ring.ellipse(
        (middle_x - 47 * u, 3 * u, middle_x + 47 * u, 97 * u), outline=(96, 170, 170), width=max(1, round(0.4 * u))
    )
    for k in range(40):
        angle = k / 40 * 2 * math.pi
        ring.line(
            [(middle_x + math.cos(angle) * r * u, middle_y + math.sin(angle) * r * u) for r in (45.5, 47)],
            fill=(96, 170, 170),
            width=max(1, round(0.25 * u)),
        )
    return picture


def _cell(draw: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    if radius > 1:
        dot(draw, x, y, radius, (26, 132, 112))
        dot(draw, x, y, radius * 0.86, (40, 168, 134))
        dot(draw, x + radius * 0.15, y - radius * 0.1, radius * 0.4, (206, 240, 170))


def ammonite(t: float, size: Size) -> Image.Image:
    """A fossil comes out of the stone line by line."""
    u, w = size.u, size.width
    picture = sky(size, (88, 62, 44), (66, 46, 34), (40, 28, 24))
    glow(picture, w * 0.52, 46 * u, 72 * u, (214, 166, 110), 0.55)
    draw = ImageDraw.Draw(picture)
    random = np.random.default_rng(2)
    for _ in range(260):
        dot(draw, random.random() * w, random.random() * 100 * u, random.uniform(0.1, 0.5) * u, (58, 42, 34))
    shown = 0.28 + 0.72 * smooth(t, 0.02, 0.85)
    x, y, turns = w * 0.5, 50 * u, 3.25
    last = max(2, int(420 * shown))
    outer, inner = [], []
    for k in range(last):
        angle = k / 420 * turns * 2 * math.pi
        radius = 2.6 * u * math.exp(0.137 * angle)
        outer.append((x + math.cos(angle) * radius, y + math.sin(angle) * radius))
        inner.append((x + math.cos(angle) * radius * 0.58, y + math.sin(angle) * radius * 0.58))
    for k in range(0, last, 5):
        draw.line(
            [inner[k], outer[k]],
            fill=between((120, 86, 56), (224, 190, 138), k / 420),
            width=max(1, round((0.2 + k / 700) * u)),
        )
    draw.line(outer, fill=(244, 220, 172), width=max(1, round(0.9 * u)), joint="curve")
    if shown < 1:
        glow(picture, *outer[-1], 12 * u, (255, 232, 170), 0.9)
    return picture


def lamp(t: float, size: Size) -> Image.Image:
    """One lamp is on in the laboratory; behind the window it snows."""
    u, w = size.u, size.width
    picture = sky(size, (16, 20, 34), (12, 15, 26), (26, 20, 20))
    draw = ImageDraw.Draw(picture)
    left, top, right, foot = w * 0.1, 12 * u, w * 0.4, 58 * u
    draw.rectangle((left, top, right, foot), fill=(26, 42, 76))
    random = np.random.default_rng(29)
    for _ in range(120):
        speed = random.uniform(0.5, 1.3)
        y = top + (random.random() + t * speed) % 1 * (foot - top)
        x = left + (random.random() * 1.1 + 0.03 * math.sin(t * 8 + y)) % 1 * (right - left)
        dot(draw, x, y, random.uniform(0.2, 0.55) * u, (196, 210, 236))
    bars = [
        (left, top, right, foot),
        ((left + right) / 2, top, (left + right) / 2, foot),
        (left, 34 * u, right, 34 * u),
    ]
    for bar in bars:
        draw.rectangle(bar, outline=(58, 50, 48), width=round(1.4 * u))
    on = smooth(t, 0.02, 0.14) * (0.96 + 0.04 * math.sin(t * 40))
    head_x, head_y = w * 0.66, 36 * u
    cone = Image.new("L", picture.size, 0)
    ImageDraw.Draw(cone).polygon(
        [(head_x - 8 * u, head_y), (head_x + 8 * u, head_y), (head_x + 40 * u, 82 * u), (head_x - 40 * u, 82 * u)],
        fill=round(150 * on),
    )
    picture.paste((255, 208, 122), mask=soft(cone, 3 * u))
    glow(picture, head_x, head_y + 3 * u, 46 * u, (255, 216, 140), 0.7 * on)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 82 * u, w, 100 * u), fill=between((24, 18, 16), (92, 62, 40), on))
    _books(draw, w * 0.46, 82 * u, u)
    draw.line(
        [(head_x + 22 * u, 82 * u), (head_x + 20 * u, 50 * u), (head_x, head_y - 6 * u)],
        fill=(52, 74, 70),
        width=round(1.4 * u),
    )
    draw.pieslice((head_x - 11 * u, head_y - 9 * u, head_x + 11 * u, head_y + 9 * u), 180, 360, fill=(40, 120, 104))
    draw.polygon(
        [(w * 0.56, 85 * u), (w * 0.7, 84 * u), (w * 0.74, 90 * u), (w * 0.58, 91 * u)],
        fill=between((60, 56, 52), (250, 240, 214), on),
    )
    for _ in range(40):
        y = head_y + (random.random() - t * random.uniform(0.1, 0.3)) % 1 * 44 * u
        dot(
            draw,
            head_x + random.uniform(-0.8, 0.8) * (y - head_y + 8 * u),
            y,
            0.22 * u,
            between((40, 34, 30), (255, 238, 196), on),
        )
    return picture


def _books(draw: ImageDraw.ImageDraw, x: float, foot: float, u: float) -> None:
    for colour, wide, tall in (
        ((120, 46, 40), 3, 15),
        ((46, 70, 104), 4, 18),
        ((150, 116, 60), 3, 13),
        ((52, 88, 70), 3.4, 16),
    ):
        draw.rectangle((x, foot - tall * u, x + wide * u, foot), fill=colour)
        x += (wide + 0.3) * u


def terraces(t: float, size: Size) -> Image.Image:
    """Loess terraces in the evening, field above field."""
    u, w = size.u, size.width
    picture = sky(size, (92, 134, 182), (206, 190, 170), (248, 206, 142))
    glow(picture, w * 0.24, 30 * u, 50 * u, (255, 232, 176), 0.8)
    draw = ImageDraw.Draw(picture)
    x = np.linspace(0, w, 90)
    for field in range(17):
        base = 36 + field * 4.1
        y = (base + 5.5 * np.sin(x / w * 5 + field * 0.33 + t) + 1.6 * np.sin(x / w * 15 + field)) * u
        top = list(zip(x.tolist(), y.tolist(), strict=True))
        light = between((206, 160, 92), (96, 128, 66), (field * 7 % 10) / 10)
        draw.polygon([(0, size.height), *top, (w, size.height)], fill=light)
        draw.line(top, fill=between((140, 100, 60), (84, 60, 40), field / 17), width=max(1, round(0.5 * u)))
    return picture


def walnut(t: float, size: Size) -> Image.Image:
    """A walnut tree on a hill, two people under it."""
    u, w = size.u, size.width
    picture = sky(size, (186, 208, 204), (238, 232, 204), (250, 226, 170))
    glow(picture, w * 0.74, 26 * u, 34 * u, (255, 248, 220), 0.9)
    draw = hills(picture, size, [(61, 0.66, 0.16, (164, 184, 158)), (64, 0.86, 0.14, (108, 142, 96))])
    random = np.random.default_rng(8)
    _branch(draw, w * 0.4, 84 * u, -math.pi / 2, 17 * u, 3.4 * u, random, t)
    hills(picture, size, [(66, 1.0, 0.2, (72, 108, 64))])
    for x, tall in ((0.6, 11), (0.65, 7.5)):
        dot(draw, w * x, (88 - tall) * u, tall * 0.14 * u, (44, 40, 40))
        draw.polygon(
            [(w * x - tall * 0.2 * u, 88 * u), (w * x + tall * 0.2 * u, 88 * u), (w * x, (88 - tall) * u)],
            fill=(44, 40, 40),
        )
    return picture


def _branch(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    angle: float,
    long: float,
    wide: float,
    random: np.random.Generator,
    t: float,
) -> None:
    end_x, end_y = x + math.cos(angle) * long, y + math.sin(angle) * long
    draw.line([(x, y), (end_x, end_y)], fill=(84, 58, 42), width=max(1, round(wide)))
    if long < draw.im.size[1] * 0.035:
        for _ in range(3):
            leaf = between((88, 132, 60), (214, 190, 84), random.random() * (0.4 + 0.6 * t))
            dot(draw, end_x + random.normal() * long * 0.6, end_y + random.normal() * long * 0.6, long * 0.42, leaf)
        return
    for turn in (-0.48, 0.1, 0.52):
        _branch(
            draw,
            end_x,
            end_y,
            angle + turn + random.normal() * 0.13,
            long * random.uniform(0.66, 0.8),
            wide * 0.64,
            random,
            t,
        )


def milky_way(t: float, size: Size) -> Image.Image:
    """A band of stars over a city asleep; in one window a lamp goes on."""
    u, w = size.u, size.width
    picture = _city_asleep(size).copy()
    on = smooth(t, 0.15, 0.45)
    ImageDraw.Draw(picture).rectangle(
        (w * 0.618, 90 * u, w * 0.626, 92 * u), fill=between((18, 20, 36), (255, 214, 130), on)
    )
    return glow(picture, w * 0.622, 91 * u, (7 + 5 * t) * u, (255, 206, 116), 0.9 * on)


@lru_cache(maxsize=2)
def _city_asleep(size: Size) -> Image.Image:
    """All of it that does not move: drawing nine hundred stars for each frame would take a while."""
    u, w = size.u, size.width
    picture = sky(size, (6, 8, 24), (18, 26, 58), (46, 48, 84))
    random = np.random.default_rng(41)
    for _ in range(60):
        along = random.random()
        x, y = w * (0.1 + 0.85 * along), (74 - 66 * along + random.normal() * 7) * u
        glow(picture, x, y, random.uniform(6, 16) * u, (120, 116, 168), 0.2)
    draw = ImageDraw.Draw(picture)
    for x, y, bright in stars(size, 43, 900, 0.9):
        dot(draw, x, y, (0.06 + 0.2 * bright) * u, between((80, 96, 150), (255, 250, 238), bright))
    hills(picture, size, [(47, 0.86, 0.1, (20, 24, 48))])
    for number in range(30):
        left, tall = (number + random.uniform(0, 0.4)) / 30 * w, random.uniform(6, 20) * u
        draw.rectangle((left, 100 * u - tall, left + w / 32, 100 * u), fill=(10, 12, 26))
    return picture


SCENES: dict[str, Scene] = {
    "sorghum": sorghum,
    "star-trails": star_trails,
    "wind": wind,
    "cells": cells,
    "ammonite": ammonite,
    "lamp": lamp,
    "terraces": terraces,
    "walnut": walnut,
    "milky-way": milky_way,
}
