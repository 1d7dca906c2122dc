"""The words of shop talk: what means the same, what only packs, what names no product. Extend the lists freely."""

_SAME = """
tv television telly tele télé
phone mobile smartphone handset cellphone
fridge refrigerator
freezer deepfreezer
laptop notebook
earphone earpiece headset headphone earbud
powerbank charger
soap detergent
diaper pampers nappy
toilet tissue
biro pen
cable cord lead
kettle boiler
milo cocoa chocolate
noodle indomie
soda mineral soft
cement concrete
insecticide spray repellent
genset generator
schoolbag backpack rucksack
flask thermos
bowl basin
cooker stove
shoe footwear sandal
clothing clothes garment
medicine drug tablet
"""
_PACKAGING = "bag sack carton box pack packet set roll crate bottle can tin sachet piece pcs unit dozen pair"
_JOINING = "and or plus with & , ; / + also then"
_EVERYDAY = """
moins plus de entre et pour au jusqu ne na wo boo sidi nnboro wey abeg chale dey pass
a about all an any anything are asking asks at available be best better between big but buy buying by can cheap cheaper
cheapest client could cost costing costs customer customers dear do does doing each else expensive fair find for
from get getting give go going good got great had has have he hello help her here hey hi him his how i if in instead
into is it item items its itself just kind know let like list looking lot lots low lower lowest madam madame make
many max maximum may me minimum model models more most much my need needs new next nice no not now of off offer
offers ok okay on one ones only option options other our out over per please pls popular possible price priced
prices product products quality recommend recommendation recommendations right same sell sells selling she shop
should show shopping similar sir so some somebody someone something sort stock stocked store stuff such suggest
suggestion suggestions take tell than thank thanks that the their them there these they thing things think this
those to today top total type under up us use using very want wanted wants was we well what when where which who
will with within would year you your yes below above less least budget cedis cedi ghs afford spend pay paying around
roughly approximately discount reduce bargain final last wholesale bulk morning afternoon evening ask come came
order ordering range don't dont doesn't won't can't cannot nothing none never per spending exceed did before last
usually often always previously earlier time times
"""

SYNONYMS = tuple(tuple(line.split()) for line in _SAME.split("\n") if line)
"""Groups of words that stand for one another in a catalogue."""
PACKAGING = frozenset(_PACKAGING.split())
"""Words for what goods come in; alone they name no product."""
CONNECTORS = frozenset(_JOINING.split())
"""What stands between two things that are asked for."""
STOPWORDS = frozenset(_EVERYDAY.split())
"""Words that name no product."""
