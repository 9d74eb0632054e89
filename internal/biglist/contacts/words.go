package contacts

// The vocabulary of made-up people: lower-case ASCII, since it also spells
// local parts. Cities are as people write them, so that rows hold UTF-8.
const (
	firstNames = `ada adam aisha alan alex ali alice amir amy ana andre anna anton arno ben bea
bill bob boris brian carl carla carlos chen chloe chris clara cleo dan dana daria david dean deepa
diana diego don dora ed elena eli ella emil emma eric esra eva farid felix finn fiona frank gail
george gina greta hana hans hugo ian ida igor ines ingrid iris ivan jack jana jane jay joan joe
john jon jose juan julia june kai karen karim kate ken kim lara lars lea lee leo lena liam lily
lin lisa lola lucia luis luke mara marc maria mark mary max maya mei mia mike mila mina mona nadia
nam nina noah nora olaf olga omar oscar otto pablo pat paul pedro pia priya rana ravi rita rob rosa
ruth sam sara sean sofia sven tara ted theo tim tina tom uma vera wei yara yuki zoe`

	lastNames = `adams ahmed ali allen alves baker banks barnes becker bell bennett berg bianchi black
blake bose brandt braun brooks brown burke burns byrne campos cano carter castro chan chen clark
cohen cole conti cook cooper costa cox cruz dahl davis day dean diaz dixon doyle dubois duran eaton
egan ellis engel evans faber fabre fisher flores ford fox franco frank frey fuchs gallo garcia gil
gomez graf grant gray green gross gupta haas hahn hall hansen harris hart hayes heinz henry herrera
hill hoffman holm horn howard huang hughes hunt ivanov jackson jain james jansen jensen jones joshi
kaiser kaya keller kelly khan kim king klein koch kovacs kramer kumar lang larsen lee leroy lewis
li lima lin lopez lund luna mann marino martin mason mayer mehta meier mendez mills mohr moore
moreno morgan morris muller murphy nagy nair nguyen nielsen noel novak ochoa olsen ortiz owens park
patel paul perez perry peters petit phan pinto pope popov porter price quinn ramos rao reed reid
reyes ricci rios roberts robin rojas romano rose ross roth roux ruiz russo ryan sala sanders santos
sato schmidt schulz scott shah sharma shaw silva simon singh smith sousa stein stone suzuki tanaka
taylor thomas tran turner vega vidal vogel wagner walker wang ward watson weber weiss west white
wilson winter wolf wong wood wright wu yang yilmaz young yu zhang ziegler`

	cities = `Austin|Berlin|Bogotá|Boston|Chicago|Dallas|Delhi|Denver|Dublin|Graz|Hanoi|Kraków|Lagos|
Leeds|Lima|Lisboa|London|Lyon|Madrid|Malmö|Miami|Milano|Mumbai|Nantes|New York|Oslo|Ottawa|Paris|Porto|
Praha|Roma|São Paulo|Seattle|Sydney|Tokyo|Toronto|Utrecht|Wien|York|Zürich`

	companySuffixes = `Ltd|Inc|GmbH|LLC|SA|AG|Co`

	// Four syllables spell a label: 64⁴ = 2²⁴ of them, each once.
	consonants = "bdfghklmnprstvwz"
	vowels     = "aeio"

	// Half are .com.
	suffixes = "com|org|com|net|com|de|com|co.uk|com|fr|com|it|com|com.br|co|io"
)
