/*
 * Well-known passwords that have letters and digits; those without break the other rules anyway. In lower case: they are compared
 * without case.
 */
const words = `
0123456789a 11111111a 111111aa 1111aaaa 111aaa111 112233aa 123123aa 123123qwe 123321qwe 1234567890a 1234567890q
123456789a 123456789q 123456789z 12345678a 12345678q 12345678z 1234567a 1234567q 123456aa 123456ab 123456abc
123456as 123456qw 123456qwerty 123456zx 12345abc 12345qwert 1234abcd 1234qwer 123asd123 123password 123qwe123
123qwe456 123qweasd 123qweasdzxc 123qwerty 147258369a 159753qq 159753qwerty 1a1a1a1a 1a2b3c4d 1a2s3d4f 1password
1q1q1q1q 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz!qaz 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 1qwerty1 1w2q3r4e
2wsx3edc 4321rewq 5201314a 54321qwert 789456123a a0123456789 a11111111 a1234567 a12345678 a123456789 a1234567890
a1a1a1a1 a1b2c3d4 a1b2c3d4e5 a1s2d3f4 a5201314 aa112233 aa123123 aa123456 aa12345678 aaa11111 aaa12345 aaaaaa11
aaaaaaa1 abc123!! abc12345 abc123456 abc1234567 abc12345678 abc123456789 abc123abc abc123xyz abc@1234 abc@12345
abcabc123 abcd1234 abcd1234! abcd12345 abcd123456 abcd@1234 abcde123 abcde12345 abcdef12 abcdef123 abcdefg1
abcdefg123 abcdefgh1 access12 access123 access14 adm1n123 adm1nistrator admin!23 admin001 admin123 admin1234
admin12345 admin123456 admin12345678 admin123admin admin1admin admin2020 admin2021 admin2022 admin2023 admin2024
admin2025 admin@123 admin@1234 administrator1 agent007 ahmed123 airforce1 alejandro1 alessandro1 alex1234 alex12345
alexander1 alexandra1 alexis12 ali12345 allah123 amanda12 amanda123 america1 america123 american1 amoremio1 amy12345
anderson1 andrea12 andrew12 andrew123 android1 angel123 angel1234 angela12 angelina1 angels12 anthony1 anthony12
apple123 apple1234 army1234 arsenal1 arsenal12 arsenal123 asd12345 asd123456 asd123456789 asd123asd asdasd123
asdf1234 asdf12345 asdf123456 asdf4321 asdfg123 asdfg12345 asdfgh12 asdfgh123 asdfghjkl1 ashley12 ashley123
assassin1 asshole1 asshole12 autumn12 autumn123 autumn2020 autumn2021 autumn2022 autumn2023 autumn2024 autumn2025
azerty01 azerty11 azerty12 azerty123 azerty1234 azertyuiop1 baby1234 babyboy1 babygirl1 babygirl12 babygirl123
bailey12 banana12 banana123 barcelona1 barcelona10 barcelona123 baseball1 baseball12 baseball123 baseball2
basketball1 batman12 batman123 batman1234 ben12345 benjamin1 berlin12 besiktas1903 biscuit1 bismillah1 bismillah786
bitch123 black123 blahblah1 blink182 blue1234 blue12345 bmw12345 bob12345 bond0007 bonjour1 bonjour123 boston12
brandon1 brandon12 brandon123 brasil12 brasil123 brasil2014 brazil12 brian123 brownie1 bubbles1 bubbles12 bubbles123
budweiser1 bullshit1 buster12 buster123 butterfly1 c3por2d2 california1 camaro12 camaro69 camila123 canada12
canada123 carolina1 catherine1 ch4ngeme changem3 changeme1 changeme12 changeme123 charlie1 charlie12 charlie123
charlie2 cheese12 chelsea1 chelsea12 chelsea123 chevy123 chicago1 chicago23 chicken1 chloe123 chocolate1 chris123
chris1234 christ12 christian1 christina1 christine1 ciao1234 cisco123 cisco1234 coffee12 coffee123 college1
computer1 computer12 computer123 computer2 contrasena1 contraseña1 contraseña123 cookie12 cookie123 corinthians1
corvette1 counter1 counterstrike1 cowboys1 cristian1 crystal1 cutie123 daddy123 dallas12 dallas22 dan12345 daniel12
daniel123 danielle1 david123 david1234 december1 december12 default1 default123 demo1234 demo12345 diablo12
diablo123 diamond1 diamond12 docker123 doctor12 doggie12 dollar12 dolphin1 dolphin12 dolphins1 dolphins13 doudou12
dragon01 dragon1! dragon12 dragon123 dragon1234 eagle123 eagles12 elephant1 elizabeth1 emily123 eminem12 eminem123
england1 england123 estrella1 facebook1 facebook123 faith123 family12 family123 fatima12 fdsa4321 february1
fenerbahce1907 fernando1 ferrari1 fire1234 firefire1 fishing1 fishing12 flamengo1 florida1 flower12 flower123
flowers1 football1 football12 football123 football2 forever1 forever12 forever21 fortnite1 fortnite123 france98
francesco1 freedom1 freedom12 freedom123 friday13 friends1 friends12 fuckoff1 fuckyou1 fuckyou12 fuckyou123 fuckyou2
gabriel1 gabriela1 galatasaray1905 gamer123 gandalf1 ganesh12 ganesh123 garfield1 geheim123 george12 germany1
ginger12 god12345 godisgood1 godislove1 golden12 golden123 google12 google123 green123 green1234 guest123 guest1234
guest12345 guitar12 guitar123 h3llo123 hacker12 hacker123 hallo123 hallo1234 hammer12 hannah12 hannah123 happy123
happy1234 harley12 harley123 haslo123 hassan12 hasło123 heaven12 heaven7seven hello123 hello1234 hello12345
hello123456 hello2you hellohello1 hellokitty1 hellokitty123 helloworld1 heslo123 hockey12 hockey123 hola1234
hola12345 hola123456 holiday1 honda123 honda1234 honey123 honey1234 hottie12 hottie123 houston1 hunter12 hunter123
hunter22 hussain1 ibrahim1 idontknow1 iloveme1 iloveme2 iloveu12 iloveu123 ilovey0u iloveyou1 iloveyou12 iloveyou123
iloveyou2 iloveyou3 iloveyou520 iloveyou7 india123 india1234 india@123 indian123 internet1 internet123 iphone12
isabella1 jackson1 jackson5 jaguar12 jaihind1 james007 james123 james1234 jamesbond007 january1 jasmine1 jason123
jason1234 jenkins1 jenkins123 jennifer1 jessica1 jessica12 jessica123 jesus123 jesus1234 jesus4ever jesuschrist1
jetaime1 joe12345 john1234 john12345 johnny12 johnson1 jonathan1 jordan01 jordan12 jordan123 jordan23 jordan2323
joshua12 joshua123 julia123 justin12 justin123 juventus1 juventus10 juventus123 katherine1 kevin123 kevin1234
khan1234 killer12 killer123 kimberly1 kisses12 kitten12 kitty123 kochanie1 krishna123 l0v3y0u! l3tmein1 lakers24
lakshmi1 laura123 lauren12 letme1n! letmein1 letmein12 letmein123 letmein2 li123456 lightning1 linda123 linkedin1
linux123 lion1234 liverpool1 liverpool123 liverpool8 login123 login1234 london12 london123 losenord1 loulou12
love1234 love12345 love123456 lovelove1 lovely12 loveme12 loveme123 lover123 loveyou1 lucas123 lucas1234 lucky123
lucky1234 lucky777 lösenord1 maggie12 manager1 manager123 manchester1 manutd123 maria123 marina12 marines1 mario123
mario1234 mariposa1 marlboro1 marseille13 martin12 master01 master12 master123 master1234 matrix12 matthew1
matthew12 max12345 melissa1 mercedes1 metallica1 metallica123 mexico12 mexico123 michael1 michael12 michael123
michael2 michelle1 mickey12 mickey123 microsoft1 mike1234 mike12345 military1 million1 minecraft1 minecraft123
minnie12 misiaczek1 mohamed1 mohammed1 mommy123 monday12 monday123 money123 money1234 money12345 monica12 monkey01
monkey1! monkey12 monkey123 monkey1234 moscow12 motdepasse1 mother12 muhammad1 mumbai12 music123 music1234 mustang1
mustang12 mustang69 mylove123 myname123 mynameis1 mypass123 mypassword1 myspace1 mysql123 naruto12 naruto123
natalie1 natasha1 navy1234 ncc1701a ncc1701d ncc1701e newpassword1 newyork1 newyork123 nicholas1 nicole12 nicole123
ninja123 ninja1234 nirvana1 nissan12 nissan123 nopassword1 nothing1 nothing123 november1 number01 number1! nurse123
october1 office365 oliver12 oliver123 olivia12 omar1234 omsairam1 oracle12 oracle123 orange12 orange123 oreo1234
oscar123 p455w0rd p4ssw0rd p4ssword p@ssw0rd p@ssw0rd1 p@ssw0rd12 p@ssw0rd123 p@ssword1 p@ssword123 pa55w0rd
pa55word packers1 pakistan1 pakistan123 pakistan786 palmeiras1 paris123 parola12 parola123 parool123 pass1234
pass12345 pass123456 pass1word pass@123 pass@1234 pass@word1 passcode1 passe123 passer123 passpass1 passport1
passw0rd passw0rd1 passw0rd12 passw0rd123 passwd12 passwd123 password#1 password0 password00 password01 password1
password10 password11 password12 password123 password1234 password12345 password13 password2 password2020
password2021 password2022 password2023 password2024 password2025 password2026 password21 password22 password3
password69 password7 password9 password99 password@1 password@12 password@123 passwort1 passwort123 patricia1
patriots1 peace123 peanut12 peanut123 pepper12 peter123 phillies1 phoenix1 phoenix12 phoenix123 pink1234 pirates1
pizza123 player12 player123 pokemon1 pokemon12 pokemon123 police12 police123 polska12 polska123 porsche1 porsche911
postgres1 princesa1 princess1 princess12 princess123 princess2 private1 pumpkin1 pumpkin12 pumpkin123 puppy123
purple12 purple123 q1234567 q12345678 q123456789 q1q1q1q1 q1w2e3r4 q1w2e3r4t5 q1w2e3r4t5y6 q2w3e4r5 qaz12345
qazwsx12 qazwsx123 qazwsxedc123 qazxsw12 qq123456 qq12345678 qwe12345 qwe123456 qwe123qwe qwe123qwe123 qweasd123
qweasdzxc123 qweqwe123 qwer1234 qwer12345 qwert123 qwert1234 qwert12345 qwerty01 qwerty1! qwerty11 qwerty12
qwerty123 qwerty1234 qwerty12345 qwerty123456 qwerty159753 qwerty22 qwerty77 qwerty99 qwertyui1 qwertyuiop1
qwertyuiop123 r2d2c3po rachel12 raiders1 rainbow1 rainbow123 rangers1 realmadrid1 rebecca1 red12345 redsox04
redsox12 rewq4321 ricardo1 robert12 robert123 roberto1 roblox12 roblox123 rocket12 root1234 root12345 root123456
rush2112 s12345678 sabrina1 saibaba1 sairam12 salasana1 sam12345 samantha1 samsung1 samsung12 samsung123 santiago1
sarah123 schatz12 schatz123 school12 school123 scooby12 scooby123 scooter1 scooter12 scorpio1 scorpion1 sebastian1
secret12 secret123 secret1234 secure12 secure123 security1 security123 senha123 senha1234 senha12345 server12
server123 server2008 sexy1234 shadow01 shadow12 shadow123 sifre123 sifre1234 silver12 silver123 simon123 skywalker1
slipknot1 slipknot6 slipknot666 slunicko1 smith123 snoopy12 snoopy123 soccer12 soccer123 softball1 soldier1 soleil12
soleil123 sommer12 sommer123 sommer2023 sonic123 sophie12 sophie123 spiderman1 spiderman123 spring12 spring123
spring2020 spring2021 spring2022 spring2023 spring2024 spring2025 spring2026 star1234 startrek1 starwars1 starwars12
starwars123 steelers1 stephanie1 steve123 steven12 stormy12 student1 student12 student123 summer01 summer12
summer123 summer2020 summer2021 summer2022 summer2023 summer2024 summer2025 summer2026 sunshine1 sunshine12
sunshine123 sunshine2 superman1 superman12 superman123 support1 support123 sweet123 sweet16! sweetheart1 sweetie1
sweety12 system12 system123 t3st123! t3st1234 taylor12 taylor13 teacher1 teacher123 teamo123 teamo1234 teddy123
temp123! temp1234 temp12345 temppass1 tequila1 test1234 test12345 test123456 test123test tester12 tester123 testing1
testing12 testing123 testtest1 texas123 thomas12 thomas123 thunder1 thunder12 thunder123 thx11380 tiger123 tiger1234
tigger1! tigger12 tigger123 tinkerbell1 tinkle12 tom12345 toor1234 toyota12 toyota123 trewq54321 trustno1 twitter1
tyler123 ubuntu12 user1234 user12345 user123456 vagrant1 valentina1 vanessa1 veronica1 victoria1 vodka123 w2e3r4t5
w3lcome1 wachtwoord1 wang1234 warcraft1 warcraft3 warrior1 warriors1 welcome01 welcome1 welcome12 welcome123
welcome1234 welcome2 welcome2020 welcome2021 welcome2022 welcome2023 welcome2024 welcome2025 welcome2026 welcome@1
welcome@123 welkom01 welkom12 welkom123 whatever1 whatever12 whatever123 whiskey1 white123 william1 williams1
windows1 windows10 windows7 winter!1 winter12 winter123 winter2020 winter2021 winter2022 winter2023 winter2024
winter2025 winter2026 woaini123 woaini1314 woaini520 xsw2zaq1 yamaha12 yankees1 yankees2 yellow12 youtube1 z12345678
zaq1!qaz zaq12wsx zaq1xsw2 zaq1zaq1 zaqwsx12 zaqwsx123 zelda123 zhang123 zxc12345 zxc123zxc zxcv1234 zxcvbn123
zxcvbnm1 zxcvbnm12 zxcvbnm123
`;

let common: ReadonlySet<string> | undefined;

/** Whether a password (in NFKC) is one that everybody tries first. */
export function isCommonPassword(password: string): boolean {
  common ??= new Set(words.trim().split(/\s+/));
  return common.has(password.toLowerCase());
}
