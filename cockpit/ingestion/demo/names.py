"""Invented people of the demo: names in the scripts a sales team meets, each with a zone of its own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Culture:
    """Given and family names of one place; `family_first` where the family name leads."""

    country: str
    zone: str
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False
    joint: str = " "


CULTURES = (
    Culture(
        "US",
        "America/New_York",
        ("Ana", "James", "Olivia", "Marcus", "Grace", "Noah", "Ella", "Tyrone", "Hannah", "Luis"),
        ("Ruiz", "Walker", "Bennett", "Hughes", "Foster", "O'Neill", "Jenkins", "Rivera", "Coleman", "Price"),
    ),
    Culture(
        "US",
        "America/Los_Angeles",
        ("Mia", "Ethan", "Zoe", "Caleb", "Ruby", "Owen", "Naomi", "Felix"),
        ("Nguyen", "Sanders", "Kim", "Delgado", "Brooks", "Marsh", "Ortega", "Long"),
    ),
    Culture(
        "DE",
        "Europe/Berlin",
        ("Jürgen", "Anke", "Sören", "Käthe", "Lukas", "Mareike", "Jörg", "Ulrike"),
        ("Müller", "Weiß", "Krämer", "Schröder", "Groß", "Böhm", "Vogt", "Lange"),
    ),
    Culture(
        "FR",
        "Europe/Paris",
        ("Chloé", "Étienne", "Aurélie", "Benoît", "Hélène", "Loïc"),
        ("Lefèvre", "Moreau", "Gauthier", "Chevalier", "Besançon", "Dubois"),
    ),
    Culture(
        "PL",
        "Europe/Warsaw",
        ("Łukasz", "Agnieszka", "Paweł", "Małgorzata", "Grzegorz"),
        ("Wójcik", "Zieliński", "Dąbrowski", "Kaczmarek", "Szymański"),
    ),
    Culture(
        "BH",
        "Asia/Bahrain",
        ("ليلى", "أحمد", "فاطمة", "يوسف", "نورة", "خالد", "مريم", "سلمان"),
        ("الخليفة", "حسن", "المناعي", "عبدالله", "الدوسري", "جناحي", "العلوي", "فخرو"),
    ),
    Culture(
        "IL",
        "Asia/Jerusalem",
        ("נועה", "יונתן", "תמר", "איתי"),
        ("לוי", "כהן", "מזרחי", "פרידמן"),
    ),
    Culture(
        "BG",
        "Europe/Sofia",
        ("Иван", "Мария", "Георги", "Елена", "Димитър", "Цветана"),
        ("Петров", "Иванова", "Димитров", "Стоянова", "Николов", "Колева"),
    ),
    Culture(
        "GR",
        "Europe/Athens",
        ("Γιώργος", "Ελένη", "Νίκος", "Κατερίνα"),
        ("Παπαδόπουλος", "Νικολάου", "Γεωργίου", "Αντωνίου"),
    ),
    Culture(
        "JP",
        "Asia/Tokyo",
        ("美咲", "健太", "陽子", "翔", "直樹", "さくら"),
        ("佐藤", "鈴木", "高橋", "田中", "渡辺", "山本"),
        family_first=True,
    ),
    Culture(
        "CN",
        "Asia/Shanghai",
        ("伟", "芳", "秀英", "建国", "丽", "志强"),
        ("王", "李", "张", "刘", "陈", "杨"),
        family_first=True,
        joint="",
    ),
    Culture(
        "KR",
        "Asia/Seoul",
        ("서연", "민준", "지우", "도윤"),
        ("김", "이", "박", "최"),
        family_first=True,
        joint="",
    ),
    Culture(
        "IN",
        "Asia/Kolkata",
        ("प्रिया", "अर्जुन", "काव्या", "रोहन", "आन्या"),
        ("शर्मा", "पटेल", "गुप्ता", "सिंह", "अय्यर"),
    ),
    Culture(
        "TH",
        "Asia/Bangkok",
        ("สมชาย", "มาลี", "ณัฐ", "อรุณ"),
        ("ใจดี", "ศรีสุข", "วงศ์ไทย", "บุญมี"),
    ),
    Culture(
        "BR",
        "America/Sao_Paulo",
        ("João", "Beatriz", "Thiago", "Conceição", "André"),
        ("Gonçalves", "Araújo", "Magalhães", "Simões", "Brandão"),
    ),
    Culture(
        "AU",
        "Australia/Sydney",
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

# 555-0100 to 555-0199 is kept free for fiction in every area of the North American plan.
AREA_CODES = ("212", "310", "312", "305", "512", "617", "206", "303", "404", "702")
