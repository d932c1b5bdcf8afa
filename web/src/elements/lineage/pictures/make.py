"""The pictures of the denoising room, cut from those that scikit-image ships.

Run from anywhere: /usr/bin/python3 web/src/elements/lineage/pictures/make.py   (Debian's python3-skimage, python3-pil)
"""

import os

import skimage.data
from PIL import Image

HERE = os.path.dirname(os.path.abspath(__file__))
SIDE = 128
CUTS = {"brick": (0, 0, 512, 512), "gravel": (0, 0, 256, 256), "astronaut": (130, 0, 330, 200)}

for name, box in CUTS.items():
    picture = Image.fromarray(getattr(skimage.data, name)())
    picture.crop(box).resize((SIDE, SIDE), Image.LANCZOS).save(os.path.join(HERE, name + ".png"), optimize=True)
