"""Where the numbers of `clarity` begin to mean something: lines for whoever reports on a photo.

Those of sharpness, noise, blocks and fine detail were chosen on real photographs and copies made worse in known ways:
`python -m tests.benchmarks.calibrate_photo FOLDER` prints what lies on which side of them.
"""

# Sharpness, of 100.
ADVISE_BELOW = 30.0
REFUSE_BELOW = 14.0
FILM_ADVISE_BELOW = 30.0  # the middle one of a few pictures
# Brightness, of 255: dark when 95 in 100 pixels are below the one and half of them below the other.
DARK_LIGHT, DARK_MIDDLE = 60, 25
BRIGHT_SHARE = 0.25  # of all pixels burnt out to white
FLAT_CONTRAST = 60  # grey levels between the darkest and the brightest fiftieth
LOUD_NOISE = 5.0  # grey levels, at 1024 pixels
LOW_QUALITY = 30  # of 100, as JPEG encoders count
COARSE_BLOCKS = 2.4
FINE_DETAIL = 0.48
