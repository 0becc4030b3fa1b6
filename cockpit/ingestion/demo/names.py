"""Invented people of the demo: names in the scripts a sales team meets, numbers that nobody has.

Few countries keep numbers free for fiction. All people of the demo live in one of those, so that the number and the
zone on file agree: where they contradict each other, hours have to be right in both.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Home:
    """A place to live, and how the numbers begin that are kept free for fiction there."""

    country: str
    zone: str
    prefixes: tuple[str, ...]
    digits: int  # how many follow

    def phone(self, number: int) -> str:
        """Another one for each number, up to some hundreds."""
        prefix = self.prefixes[number % len(self.prefixes)]
        return f"{prefix}{number // len(self.prefixes):0{self.digits}d}"


def _north_america(*areas: str) -> tuple[str, ...]:
    """555-0100 to 555-0199 of each area."""
    return tuple(f"+1{area}55501" for area in areas)


EAST = Home("US", "America/New_York", _north_america("212", "617", "305", "404", "216", "202"), 2)
WEST = Home("US", "America/Los_Angeles", _north_america("310", "206", "702", "415", "503", "619"), 2)
LONDON = Home("GB", "Europe/London", ("+442079460",), 3)
BERLIN = Home("DE", "Europe/Berlin", ("+493023125",), 3)
PARIS = Home("FR", "Europe/Paris", ("+33199000",), 3)
SYDNEY = Home("AU", "Australia/Sydney", ("+61255501",), 3)


@dataclass(frozen=True, slots=True)
class Culture:
    """Given and family names, and where these people live; `family_first` where the family name leads."""

    home: Home
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False
    joint: str = " "


CULTURES = (
    Culture(
        EAST,
        ("Ana", "James", "Olivia", "Marcus", "Grace", "Noah", "Ella", "Tyrone", "Hannah", "Luis"),
        ("Ruiz", "Walker", "Bennett", "Hughes", "Foster", "O'Neill", "Jenkins", "Rivera", "Coleman", "Price"),
    ),
    Culture(
        WEST,
        ("Mia", "Ethan", "Zoe", "Caleb", "Ruby", "Owen", "Naomi", "Felix"),
        ("Nguyen", "Sanders", "Kim", "Delgado", "Brooks", "Marsh", "Ortega", "Long"),
    ),
    Culture(
        BERLIN,
        ("Jürgen", "Anke", "Sören", "Käthe", "Lukas", "Mareike", "Jörg", "Ulrike"),
        ("Müller", "Weiß", "Krämer", "Schröder", "Groß", "Böhm", "Vogt", "Lange"),
    ),
    Culture(
        PARIS,
        ("Chloé", "Étienne", "Aurélie", "Benoît", "Hélène", "Loïc"),
        ("Lefèvre", "Moreau", "Gauthier", "Chevalier", "Besançon", "Dubois"),
    ),
    Culture(
        LONDON,
        ("Łukasz", "Agnieszka", "Paweł", "Małgorzata", "Grzegorz"),
        ("Wójcik", "Zieliński", "Dąbrowski", "Kaczmarek", "Szymański"),
    ),
    Culture(
        LONDON,
        ("ليلى", "أحمد", "فاطمة", "يوسف", "نورة", "خالد", "مريم", "سلمان"),
        ("الخليفة", "حسن", "المناعي", "عبدالله", "الدوسري", "جناحي", "العلوي", "فخرو"),
    ),
    Culture(
        EAST,
        ("נועה", "יונתן", "תמר", "איתי"),
        ("לוי", "כהן", "מזרחי", "פרידמן"),
    ),
    Culture(
        BERLIN,
        ("Иван", "Мария", "Георги", "Елена", "Димитър", "Цветана"),
        ("Петров", "Иванова", "Димитров", "Стоянова", "Николов", "Колева"),
    ),
    Culture(
        SYDNEY,
        ("Γιώργος", "Ελένη", "Νίκος", "Κατερίνα"),
        ("Παπαδόπουλος", "Νικολάου", "Γεωργίου", "Αντωνίου"),
    ),
    Culture(
        WEST,
        ("美咲", "健太", "陽子", "翔", "直樹", "さくら"),
        ("佐藤", "鈴木", "高橋", "田中", "渡辺", "山本"),
        family_first=True,
    ),
    Culture(
        SYDNEY,
        ("伟", "芳", "秀英", "建国", "丽", "志强"),
        ("王", "李", "张", "刘", "陈", "杨"),
        family_first=True,
        joint="",
    ),
    Culture(
        WEST,
        ("서연", "민준", "지우", "도윤"),
        ("김", "이", "박", "최"),
        family_first=True,
        joint="",
    ),
    Culture(
        LONDON,
        ("प्रिया", "अर्जुन", "काव्या", "रोहन", "आन्या"),
        ("शर्मा", "पटेल", "गुप्ता", "सिंह", "अय्यर"),
    ),
    Culture(
        SYDNEY,
        ("สมชาย", "มาลี", "ณัฐ", "อรุณ"),
        ("ใจดี", "ศรีสุข", "วงศ์ไทย", "บุญมี"),
    ),
    Culture(
        EAST,
        ("João", "Beatriz", "Thiago", "Conceição", "André"),
        ("Gonçalves", "Araújo", "Magalhães", "Simões", "Brandão"),
    ),
    Culture(
        SYDNEY,
        ("Charlotte", "Lachlan", "Matilda", "Cooper"),
        ("Whitlam", "Hargreaves", "Doyle", "Kelleher"),
    ),
)

COMPANY_FIRST = (
    "Harbour",
    "Cedar",
    "Northwind",
    "Blue Door",
    "Atlas",
    "Juniper",
    "Old Mill",
    "Sunrise",
    "Granite",
    "Lark",
)
COMPANY_SECOND = ("Homes", "Clinic", "Logistics", "Dental", "Foods", "Travel")
