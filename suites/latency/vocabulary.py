"""Plain words for made-up prompts: they mean nothing together, and offend nobody."""

from __future__ import annotations

_TEXT = """
acorn air apple arch arm autumn bag bank bark barn basket bay beach bean bear bed bell bench bird
blanket block board boat bone book boot bottle bowl box branch brass bread brick bridge brook
broom brush bucket button cabin cake candle canoe cap car card carpet cart castle cave chain chair
chalk cherry circle city clay clock cloth cloud coal coast coat coffee coin copper corn cotton cow
crane cup curtain dam day deer desk dish dock door dove drawer dress drum duck dust eagle ear
earth east egg engine evening face farm feather fence fern field fig fire fish flag flame floor
flour flower fog forest fork fox frame frog fruit garden gate glass glove goat gold goose grain
grape grass gravel green hall hammer hand harbor hat hawk hay hedge hill hinge home honey hook
horn horse house ice ink iron island ivory jacket jar juice key kettle king kitchen kite knot
ladder lake lamb lamp lane lantern leaf leather lemon letter light lily line linen lion lock maple
map marble market mask meadow milk mill mint mirror moon morning moss mountain mouse mud music
nail neck needle nest net night north nut oak oar oat ocean office oil olive onion orange orchard
oven owl paint palm pan paper park path peach pear pebble pen pepper piano picture pier pine pipe
plain plant plate plow plum pocket pond pony porch pot prairie quarry quilt rabbit rail rain ramp
reed ribbon rice ring river road robin rock roof room root rope rose sail salt sand scale school
sea seed shade sheep shelf shell ship shirt shoe shop shore silk silver sky sleet smoke snow soap
sock soil song soup south spade spoon spring square stable stair star station steam steel stem
stone store storm stove straw stream street string summer sun swan table tail tea tent thread tide
tile timber tin tool tower town track trail train tray tree tunnel valley vase vine wagon walk
wall walnut water wave wax well west wharf wheat wheel whistle willow wind window winter wire wolf
wood wool yard year
"""
WORDS: tuple[str, ...] = tuple(_TEXT.split())
"""Each is mostly one token with the space before it, so that words come near to tokens."""
