"""Short English words that ordinary text puts beside each other, so that joining them must not make a listed word."""

_WORDS = """
a able act add age ago aid aim air all am an and any ape are arm art as ash ask at ate axe back bad bag ball ban bar
bat bay be bed bee best bet big bin bit boat body book both bow box boy bud bug bus but buy by cab call can cap car
case cat cave cell city clip coat cold come cook cool cop corn cow cry cup cut dad dark dart day deep deer dew did
dig dim dip do dog door dot down draw dry duck due dust each ear east easy eat edge egg end era even ever ex eye
face fact fair fall fan far fast fat few film fin fir fire fish fit five fix flat fly fog for four fox free frog
from fun fur gain game gang gap gas gate get girl give glad go goat gold good got grab gray grey grow gun guy had
hair half hall ham hand hard has hat have hawk hay he head heat held help hem hen her here hero hey hid high hill
him hip his hit hold home hop hope hot hour how hub hug huge hum hut i ice if ill in inch ink inn into iron is it
item its jam jar jaw jet job joy jump just keep key kick kid kin king kit knee know lab lad lady lake lamp land lap
last late law lay lead leaf leg less let lid lie life lift light like lime line lip list lit live log long look lot
love low mad made mail main make man many map mark mat may me meet men met mid mile milk mill mind mine mist mix
moon more most move mud mug my name nap near neck need net new next nice night no nod none nor nose not note now
nut oak odd of off oil old on once one only open or orange order ore our out oven over owl own pack pad page pain
pair pale pan park part pass past path pay pea pen pet pie pig pile pin pine pink pit plan play plus pod poem pop
port post pot pour pro pull pup push put ran rap rapid rat raw ray read real red rest rib rice rich rid ride ring
rip rise river road rock rod roof room root rope rose rot row rub rug ruin rule run rush sad safe said sail salt
same sand sat saw say sea seat see self set sew she ship shoe shop shot show shut side sign silk sing sip sir sit
six size ski sky slow snow so soft some son song soon spa spin spot stand star stay step still sun swim tag take
tall tan tap tar tax tea team tell ten than that the them then they thin this tie tight time tin tiny tip to toad
toe toes tone too took top toy tree trip true try tub turn two under up us use van vet via view wait walk wall want
war warm was wash wave wax way we web well went were west wet what who why wide wife wild will win wind wing wire
wise wish with wolf wood word work yard yes yet you young your zoo
"""
COMMON = frozenset(_WORDS.split())
