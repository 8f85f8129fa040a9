//! The tenant's organisation apart from its departments: the same for every seed, small enough to be read at a glance.

use serde::Serialize;

/// A tax, industry or insurance number: the format's name and the number.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Coded<V = &'static str> {
    pub(crate) format: &'static str,
    pub(crate) value: V,
}

const fn coded(format: &'static str, value: &'static str) -> Option<Coded> {
    Some(Coded { format, value })
}

/// A legal entity, as the API writes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LegalEntity {
    pub(crate) legal_name: &'static str,
    pub(crate) remote_id: Option<&'static str>,
    pub(crate) is_archived: bool,
    pub(crate) country_code: &'static str,
    pub(crate) currency_code: &'static str,
    pub(crate) tax_identification_number: Option<Coded>,
    pub(crate) industry_code: Option<Coded>,
}

const fn entity(legal_name: &'static str, country_code: &'static str, currency_code: &'static str) -> LegalEntity {
    LegalEntity {
        legal_name,
        remote_id: None,
        is_archived: false,
        country_code,
        currency_code,
        tax_identification_number: None,
        industry_code: None,
    }
}

#[rustfmt::skip]
pub(crate) static LEGAL_ENTITIES: [LegalEntity; 8] = [
    LegalEntity { remote_id: Some("LE:83.2938"), tax_identification_number: coded("franceSIREN", "441637691"), industry_code: coded("franceAPE", "7022Z"),
        ..entity("Lac Bleu S.A.S.", "FRA", "EUR") },
    LegalEntity { remote_id: Some("CH-01"), tax_identification_number: coded("other", "CHE-123.456.789"), industry_code: coded("other", "620100"),
        ..entity("Lac Bleu Suisse S.A.", "CHE", "CHF") },
    LegalEntity { remote_id: Some("0003"), tax_identification_number: coded("spainNIF", "B12345678"), industry_code: coded("spainCNAE", "6201"),
        ..entity("Lago Azul Ibérica, S.L.", "ESP", "EUR") },
    LegalEntity { remote_id: Some("DE/4"), tax_identification_number: coded("germanySN", "12/345/67890"), industry_code: coded("germanyWZ", "62.01"),
        ..entity("Blauer See GmbH & Co. KG", "DEU", "EUR") },
    LegalEntity { tax_identification_number: coded("franceSIREN", "552100554"), ..entity("Lac Bleu Services \"LBS\" S.A.S.U.", "FRA", "EUR") },
    LegalEntity { is_archived: true, industry_code: coded("franceAPE", "6201Z"), ..entity("L'Ancien Lac S.A.R.L.", "FRA", "FRF") },
    LegalEntity { remote_id: Some("JP"), ..entity("青い湖株式会社", "JPN", "JPY") },
    LegalEntity { industry_code: coded("usaNAICS", "541511"), ..entity("Blue Lake Inc.", "USA", "USD") },
];

/// Which entity an employee starts in: an index into `LEGAL_ENTITIES`, repeated by weight.
pub(crate) static ENTITY_WEIGHTS: [usize; 16] = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 6, 7];

/// An address, as the API writes it but for the country.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Address {
    pub(crate) address_lines: &'static [&'static str],
    pub(crate) postal_code: Option<&'static str>,
    pub(crate) locality: Option<&'static str>,
    administrative_area: Option<&'static str>,
}

#[derive(Debug)]
pub(crate) struct Establishment {
    pub(crate) name: &'static str,
    pub(crate) remote_id: Option<&'static str>,
    /// Index into `LEGAL_ENTITIES`.
    pub(crate) entity: usize,
    pub(crate) headquarters: bool,
    pub(crate) archived: bool,
    pub(crate) tax: Option<Coded>,
    pub(crate) industry: Option<Coded>,
    pub(crate) address: Option<Address>,
    pub(crate) timezone: Option<&'static str>,
}

const fn site(name: &'static str, entity: usize, timezone: &'static str) -> Establishment {
    Establishment {
        name,
        remote_id: None,
        entity,
        headquarters: false,
        archived: false,
        tax: None,
        industry: None,
        address: None,
        timezone: Some(timezone),
    }
}

#[rustfmt::skip]
pub(crate) static ESTABLISHMENTS: [Establishment; 13] = [
    Establishment { headquarters: true, remote_id: Some("00001"), tax: coded("franceSIRET", "44163769100128"), industry: coded("franceAPE", "7022Z"),
        address: Some(Address { address_lines: &["Lac Bleu", "10 rue de l'Étang", "Bâtiment «C»"], postal_code: Some("75002"), locality: Some("Paris"), administrative_area: Some("Île-de-France") }),
        ..site("Lac Bleu Paris", 0, "Europe/Paris") },
    Establishment { remote_id: Some("00004"), tax: coded("franceSIRET", "44163769100136"),
        address: Some(Address { address_lines: &["10 Place de la Joliette"], postal_code: Some("13002"), locality: Some("Marseille"), administrative_area: Some("Bouches-du-Rhône") }),
        ..site("Lac Bleu Marseille", 0, "Europe/Paris") },
    Establishment { remote_id: Some("00005"), ..site("Lac Bleu La Réunion", 0, "Indian/Reunion") },
    Establishment { headquarters: true, remote_id: Some("GE"),
        address: Some(Address { address_lines: &["Rue du Rhône 1"], postal_code: Some("1204"), locality: Some("Genève"), administrative_area: Some("GE") }),
        ..site("Lac Bleu Genève", 1, "Europe/Zurich") },
    Establishment { remote_id: Some("ZH"),
        address: Some(Address { address_lines: &["Bahnhofstraße 3"], postal_code: Some("8001"), locality: Some("Zürich"), administrative_area: None }),
        ..site("Blauer See Zürich", 1, "Europe/Zurich") },
    Establishment { headquarters: true, tax: coded("spainNIF", "B12345678"),
        address: Some(Address { address_lines: &["Calle del Ñandú, 7, 3º dcha."], postal_code: Some("28001"), locality: Some("Madrid"), administrative_area: None }),
        ..site("Lago Azul Madrid", 2, "Europe/Madrid") },
    Establishment { remote_id: Some("LPA"), ..site("Lago Azul Las Palmas", 2, "Atlantic/Canary") },
    Establishment { headquarters: true, tax: coded("other", "DE 12/345"),
        address: Some(Address { address_lines: &["Seestraße 99"], postal_code: Some("01067"), locality: Some("Dresden"), administrative_area: Some("Sachsen") }),
        ..site("Blauer See Dresden", 3, "Europe/Berlin") },
    Establishment { headquarters: true, ..site("LBS Lyon", 4, "Europe/Paris") },
    Establishment { archived: true, remote_id: Some("00002"), timezone: None, ..site("LBS Vichy", 4, "Europe/Paris") },
    Establishment { headquarters: true,
        address: Some(Address { address_lines: &["千代田区丸の内1丁目"], postal_code: None, locality: Some("東京"), administrative_area: None }),
        ..site("東京本社", 6, "Asia/Tokyo") },
    Establishment { headquarters: true, remote_id: Some("NYC"),
        address: Some(Address { address_lines: &["1 Lake Ave", "Suite 100"], postal_code: Some("07030"), locality: Some("Hoboken"), administrative_area: Some("NJ") }),
        ..site("Blue Lake East", 7, "America/New_York") },
    Establishment { remote_id: Some("REMOTE"), timezone: None, ..site("Blue Lake (remote)", 7, "America/Denver") },
];

/// The establishments of a legal entity where people can work.
pub(crate) fn sites_of(entity: usize) -> Vec<usize> {
    let open = |site: &Establishment| site.entity == entity && !site.archived;
    ESTABLISHMENTS.iter().enumerate().filter(|(_, site)| open(site)).map(|(index, _)| index).collect()
}

#[derive(Debug)]
pub(crate) struct Qualification {
    pub(crate) title: &'static str,
    /// Index among the professions.
    pub(crate) profession: usize,
    pub(crate) rank: i32,
    pub(crate) french: Option<&'static str>,
}

const fn qualification(title: &'static str, profession: usize, rank: i32, french: &'static str) -> Qualification {
    Qualification { title, profession, rank, french: if french.is_empty() { None } else { Some(french) } }
}

pub(crate) static QUALIFICATIONS: [Qualification; 20] = [
    qualification("Chief Executive Officer", 0, 9, "Présidente"),
    qualification("Director", 0, 7, "Directeur"),
    qualification("Accountant", 1, 1, "Comptable"),
    qualification("Senior Accountant", 1, 2, "Comptable confirmé"),
    qualification("HR Generalist", 2, 1, ""),
    qualification("Head of People", 2, 4, "DRH"),
    qualification("Junior Developer", 3, 1, "Développeur junior"),
    qualification("Developer", 3, 2, "Développeur"),
    qualification("Lead Developer", 3, 3, "Développeur principal"),
    qualification("Data Analyst", 4, 1, ""),
    qualification("Data Scientist", 4, 2, ""),
    qualification("UX Designer", 5, 1, ""),
    qualification("Art Director", 5, 3, "Directeur artistique"),
    qualification("Sales Representative", 6, 1, "Commercial"),
    qualification("Key Account Manager", 6, 2, "Grands comptes"),
    qualification("Head of Sales", 6, 5, "Directeur commercial"),
    qualification("Support Agent", 7, 1, "Agent de support"),
    qualification("Support Lead", 7, 2, "Chef d'équipe support"),
    qualification("Telex Operator, 1st class", 8, 1, "Opérateur télex de 1ʳᵉ classe"),
    qualification("Trainee", 3, 1, "Stagiaire"),
];

#[derive(Debug)]
pub(crate) struct Category {
    pub(crate) title: &'static str,
    /// Indexes into `ESTABLISHMENTS`; `None` is all of them, future ones too.
    pub(crate) sites: Option<&'static [usize]>,
    pub(crate) french: Option<&'static str>,
}

pub(crate) static CATEGORIES: [Category; 6] = [
    Category { title: "Executive", sites: None, french: Some("Cadre dirigeant") },
    Category { title: "Manager (cadre)", sites: Some(&[0, 1, 2, 8]), french: Some("Cadre") },
    Category { title: "Employee (ETAM)", sites: Some(&[0, 1, 2, 8]), french: Some("ETAM") },
    Category { title: "Angestellte", sites: Some(&[3, 4, 7]), french: None },
    Category { title: "Grupo profesional II", sites: Some(&[5, 6]), french: None },
    Category { title: "Individual contributor", sites: None, french: None },
];

/// The categories a position at an establishment may have.
pub(crate) fn categories_at(site: usize) -> Vec<usize> {
    let open = |category: &Category| category.sites.is_none_or(|sites| sites.contains(&site));
    CATEGORIES.iter().enumerate().filter(|(_, category)| open(category)).map(|(index, _)| index).collect()
}

#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) title: &'static str,
    pub(crate) permanent: bool,
    pub(crate) audience: &'static str,
    /// Indexes into `LEGAL_ENTITIES`; empty is all of them.
    pub(crate) entities: &'static [usize],
    pub(crate) french: Option<&'static str>,
}

/// Indexes into `TEMPLATES`.
pub(crate) const CDI: usize = 0;
pub(crate) const CDD: usize = 1;
pub(crate) const INTERNSHIP: usize = 2;
pub(crate) const APPRENTICESHIP: usize = 3;
pub(crate) const UNBEFRISTET: usize = 4;
pub(crate) const MANDATE: usize = 5;
pub(crate) const CONTRACTOR: usize = 6;

#[rustfmt::skip]
pub(crate) static TEMPLATES: [Template; 8] = [
    Template { title: "CDI", permanent: true, audience: "employee", entities: &[], french: Some("Contrat à durée indéterminée") },
    Template { title: "CDD", permanent: false, audience: "employee", entities: &[], french: Some("Contrat à durée déterminée") },
    Template { title: "Internship", permanent: false, audience: "student", entities: &[], french: Some("Convention de stage") },
    Template { title: "Apprenticeship", permanent: false, audience: "student", entities: &[0, 4], french: Some("Contrat d'apprentissage") },
    Template { title: "Unbefristeter Vertrag", permanent: true, audience: "employee", entities: &[3], french: None },
    Template { title: "Corporate officer", permanent: true, audience: "appointee", entities: &[0, 1], french: Some("Mandataire social") },
    Template { title: "Contractor", permanent: false, audience: "external", entities: &[], french: Some("Prestataire") },
    Template { title: "Volunteer", permanent: false, audience: "volunteer", entities: &[2], french: None },
];

/// Working time arrangements have no endpoint of their own: a position only refers to them.
pub(crate) const ARRANGEMENT_IDS: [u64; 3] = [23, 24, 237];
