"""Short lists of names and words, for rows that are too many to be invented one by one."""


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _list("""
    Aaliyah Agnieszka Ahmed Aiko Amélie Anaïs Anders Ayşe Beatriz Björn Carlos Chiara Çağlar Dagny
    Daniel Elif Emeka Fatima François Gabriela Giorgos Grace Hannah Håkon Ines Ivan Jasmine João
    José Jürgen Karim Katarzyna Kwame Lars Léa Łucja Maja Mateo Mei Mohammed Müge Nadia Nguyễn Noah
    Olga Oluwaseun Paolo Priya Rafał Rosa Saoirse Siobhán Søren Tariq Tomás Ursula Victor Wanjiru
    Xavier Yuki Zahra Žofie さくら 健太 محمد Мила 지우 小明
""")

LAST_NAMES = _list("""
    Abe Ahmadi Andersson Bauer Bianchi Bondarenko Castro Černá Chen Diallo Dubois Eriksen Fernández
    Fischer García Haddad Hansen Horváth Ibrahim Ito Jansen Johansson Kaya Kim Kovač Kowalska
    Lefèvre López Mbeki Moreau Müller Nakamura Novák Nowak O'Brien Okafor Özdemir Papadopoulos Patel
    Pereira Petrov Quinn Rossi Sánchez Schmidt Silva Sørensen Suzuki Tanaka Trần Usman Vasquez Walsh
    Zhang Žižková 山田 Соколова
""")

WORDS = _list("""
    about across after again always answer around audience autumn before behind better between
    bright build carry catch change child city clear close cloud colour corner country course cover
    daylight decide dinner distance doubt dream early earth evening every family father field figure
    film final follow forest forward friend garden gather glass great green ground happen harbour
    heart history house idea island journey kitchen language later letter light listen little living
    market matter measure memory middle minute moment morning mother mountain music narrow never
    night notice number often open orange order paper people picture place planet play point quiet
    rather reason remember river road scene school season second shadow simple sister slowly smile
    snow sound spring stand station story street strong summer table teacher thing thought today
    together travel under useful valley village voice walk water weather window winter wonder word
    world yellow young café naïve piñata déjà
""")

PLACES = _list("""
    Ankara Bergen Córdoba Dakar Essaouira Florence Gdańsk Hanoi Ipanema Jaipur Kyōto Lisbon Málaga
    Nairobi Oslo Prague Québec Riga Seville Tallinn Ürümqi Valparaíso Wrocław Xalapa Yerevan Zürich
""")
