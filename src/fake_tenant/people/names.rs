//! What people are called: several scripts, and the names that break careless programs.

use std::borrow::Cow;

use super::dice::Dice;

/// Full names that have broken somebody's pipeline. The first employees have them, whatever the seed, and a few others.
pub(crate) const AWKWARD: &[(&str, &str)] = &[
    ("Aurélie", "Lefèvre-Désirée"),
    ("Jennifer", "Null"),
    ("Seán", "O'Brien"),
    ("Ștefan", "Țăranu"),
    ("Jean \"JJ\" Jacques", "D’Aubigné"),
    ("محمد", "الخوارزمي"),
    ("Anna\tMaria", "Tab\tstop"),
    ("小红", "王"),
    ("Zoë 🦊", "Çelik 👩‍👩‍👧‍👦"),
    ("דוד", "בן־גוריון"),
    ("\u{200f}\u{202b}ليلى\u{202c}", "حدّاد"),
    ("Back\\slash", "C:\\temp\\new"),
    ("True", "NaN"),
    ("Ольга", "Щербакова"),
    ("Ελένη", "Παπαδοπούλου"),
    ("太郎", "山田"),
    ("a", "x"),
    ("José, Luis; María", "de la Cruz | 1,5"),
    ("민준", "김"),
    ("<b>Bob</b>", "'; DROP TABLE employees;--"),
    ("I\u{307}stanbul", "ıİſß"),
    ("Zer\u{200b}o", "Wid\u{200d}th\u{feff}"),
    ("0012", "1e5"),
    ("Noe\u{308}lle", "Combining A\u{30a}"),
    ("🏳️‍🌈", "𝔘𝔫𝔦𝔠𝔬𝔡𝔢"),
    ("none", "undefined"),
    ("Line\u{2028}separator", "Next\u{85}line"),
    ("=1+1", "@SUM(A1)"),
];

struct Script {
    /// Weight against the other scripts.
    share: u64,
    given: &'static [&'static str],
    family: &'static [&'static str],
}

const SCRIPTS: &[Script] = &[
    Script {
        share: 40,
        given: &[
            "Camille",
            "Léa",
            "Hugo",
            "Chloé",
            "Inès",
            "Jules",
            "Maël",
            "Zélie",
            "Noémie",
            "François",
            "Élodie",
            "Benoît",
            "Loïc",
            "Anaïs",
            "Gaëlle",
            "Raphaël",
            "Agnès",
            "Théo",
            "Margaux",
            "Étienne",
        ],
        family: &[
            "Martin",
            "Bernard",
            "Lefebvre",
            "Crépin",
            "Gauthier",
            "N'Diaye",
            "Le Goff",
            "de Saint-Exupéry",
            "Bœuf",
            "Fontaine",
            "Châtelain",
            "Müller-Weiß",
            "Dûpont",
            "L'Hôpital",
            "Vauquelin",
            "Perrin",
            "Ouédraogo",
            "Nguyễn",
        ],
    },
    Script {
        share: 14,
        given: &["Jürgen", "Käthe", "Björn", "Sören", "Heike", "Zoé", "Urs", "Reto", "Günther", "Anke"],
        family: &["Groß", "Schröder", "Zürcher", "Bächtold", "von der Straße", "Jäger", "Öztürk", "Weiss", "Kühn"],
    },
    Script {
        share: 14,
        given: &["María José", "Íñigo", "Begoña", "Núria", "Ángel", "Ximena", "João", "Conceição", "Íris"],
        family: &["Muñoz Peña", "Ibáñez", "García-Ordóñez", "Güell", "Etxebarria", "Araújo", "Simões", "Peñalver"],
    },
    Script {
        share: 7,
        given: &["Łukasz", "Żaneta", "Dvořák", "Szabolcs", "Ćiro", "Håkon", "Åsa", "Þóra", "Søren", "Ğülşen"],
        family: &["Wójcik", "Šimůnek", "Nagy-Kővári", "Ødegård", "Sigurðardóttir", "Błaszczykowski", "Yıldız"],
    },
    Script {
        share: 6,
        given: &["Иван", "Наталья", "Олексій", "Мария", "Борис", "Йордан"],
        family: &["Кузнецов", "Шевченко", "Ёлкина", "Петровић", "Мельничук", "Достоевский"],
    },
    Script {
        share: 5,
        given: &["Γιώργος", "Μαρία", "Δημήτρης", "Σοφία", "Ἀθηνᾶ"],
        family: &["Παπαδάκης", "Οικονόμου", "Καζαντζάκη", "Βασιλείου"],
    },
    Script {
        share: 5,
        given: &["يوسف", "فاطمة", "خديجة", "عمر", "نور"],
        family: &["بن علي", "الحسيني", "قاسم", "الشريف"],
    },
    Script { share: 3, given: &["שרה", "יוסף", "תמר"], family: &["כהן", "לוי", "ביטון"] },
    Script {
        share: 5,
        given: &["伟", "芳", "さくら", "健二", "지우", "서연", "美玲"],
        family: &["李", "欧阳", "佐藤", "渡邉", "박", "陳", "最"],
    },
    Script { share: 1, given: &["Amélie 🌻", "Sam 🎸"], family: &["Étoile ⭐", "O’Neill ☘️"] },
];

/// Given and family name of an employee.
pub(crate) fn full_name(index: usize, dice: &mut Dice) -> (&'static str, &'static str) {
    if let Some(name) = AWKWARD.get(index) {
        return *name;
    }
    if dice.chance(15) {
        return dice.pick(AWKWARD);
    }
    let total: u64 = SCRIPTS.iter().map(|script| script.share).sum();
    let mut roll = dice.between(0, i64::try_from(total).unwrap_or(i64::MAX).saturating_sub(1)).unsigned_abs();
    for script in SCRIPTS {
        match roll.checked_sub(script.share) {
            Some(rest) => roll = rest,
            None => return (dice.pick(script.given), dice.pick(script.family)),
        }
    }
    ("Camille", "Martin")
}

/// What of a name an e-mail address can carry.
pub(crate) fn mailbox(given: &str, family: &str) -> String {
    let ascii = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).take(20).collect()
    };
    match (ascii(given).as_str(), ascii(family).as_str()) {
        ("", "") => "someone".to_owned(),
        ("", name) | (name, "") => name.to_owned(),
        (given, family) => format!("{given}.{family}"),
    }
}

const LOREM: &[&str] = &[
    "Joined the company when it had \"two desks and a coffee machine\".",
    "A pris part à la refonte du système d'information, de 2009 à 2014.",
    "Responsable del traslado de la oficina de Madrid (¡todo un reto!).",
    "Spricht Deutsch, Französisch und ein wenig Rätoromanisch; liest Spaß-Bücher.",
    "Отвечала за бухгалтерию филиала.",
    "担当は決済基盤です。",
    "يعمل عن بُعد يومين في الأسبوع.",
    "Path: C:\\users\\shared\\notes.txt; ratio 1/3; 50 % done; a < b && c > d.",
    "Likes 🧀, 🥾 and 🎻.",
];

/// Text of about `characters` characters: paragraphs, quotes, tabs, several scripts.
pub(crate) fn long_text(characters: usize, dice: &mut Dice) -> Cow<'static, str> {
    let mut text = String::with_capacity(characters * 2);
    let mut length = 0;
    while length < characters {
        let sentence = dice.pick(LOREM);
        text.push_str(sentence);
        length += sentence.chars().count() + 1;
        text.push_str(match dice.between(0, 9) {
            0 => "\r\n\r\n",
            1 => "\n",
            2 => "\t",
            _ => " ",
        });
    }
    Cow::Owned(text)
}
