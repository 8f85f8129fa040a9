-- legacy_users: one row per person, whatever the status, with the columns of the former v3 users API
-- label: Users (v3 columns) | Utilisateurs (colonnes v3)
-- zone personal
-- column id string! none: the person
-- source id: employees.id; an integer in v3
-- label id: ID | Identifiant
-- column login string directory: identifier of the person in the customer's other systems
-- source login: employees.remote_id
-- label login: External ID (login) | Identifiant externe (login)
-- column first_name string directory: given name
-- source first_name: employees.given_name
-- label first_name: First name | Prénom
-- column last_name string directory: family name
-- source last_name: employees.family_name
-- label last_name: Last name | Nom de famille
-- column name string directory: given name, then family name
-- source name: employees.given_name and employees.family_name; the migration guide does not map it
-- label name: First and last name | Prénom et nom
-- column display_name string directory: family name, then given name, as v3 had it
-- source display_name: employees.family_name and employees.given_name; the migration guide does not map it
-- label display_name: Last and first name | Nom et prénom
-- column mail string directory: professional e-mail address
-- source mail: employees.email
-- label mail: Work e-mail | E-mail professionnel
-- column employee_number string directory: staff number, as text with its leading zeros
-- source employee_number: employees.employee_number
-- column status string directory: active, upcoming or deactivated on the as-of date, by the dates of the employment;
--   without a visible one, what Lucca said on the day of the extraction
-- source status: employments.start_date and employments.end_date, else employees.status
-- label status: Status | Statut
-- column is_former boolean directory: whether status is deactivated: v3 left these people out unless it was asked for
--   them
-- label is_former: Has left | Sorti des effectifs
-- column dt_contract_start date directory: first day of the employment. The employment is the one valid on the as-of
--   date, else the first upcoming one, else the last one; among equals the one that started latest (upcoming: first),
--   then the one with the smallest id
-- source dt_contract_start: employments.start_date
-- label dt_contract_start: Contract start date | Date de début de contrat
-- column dt_contract_end date personal: last day of the employment, included; null when open-ended
-- source dt_contract_end: employments.end_date
-- label dt_contract_end: Contract end date | Date de fin de contrat
-- column department_id string directory: department of the job position: the one of that employment which the same rule
--   chooses
-- source department_id: job_positions.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column manager_id string directory: employee who manages the job position
-- source manager_id: job_positions.manager_id
-- column manager_name string directory: given and family name; null when the manager is not visible
-- source manager_name: employees.given_name and employees.family_name
-- label manager_name: Manager | Responsable hiérarchique
-- column legal_entity_id string directory: establishment of the job position, which v3 called legal entity
-- source legal_entity_id: job_positions.business_establishment_id
-- label legal_entity_id: Establishment ID | Identifiant de l'établissement
-- column legal_entity_name string directory: its name; null when the establishment is not visible
-- source legal_entity_name: business_establishments.name
-- label legal_entity_name: Establishment | Établissement
-- column legal_unit_id string directory: legal entity of the employment, which v3 called legal unit
-- source legal_unit_id: employments.legal_entity_id
-- label legal_unit_id: Legal entity ID | Identifiant de l'entité légale
-- column legal_unit_name string directory: its legal name; null when the legal entity is not visible
-- source legal_unit_name: legal_entities.legal_name
-- label legal_unit_name: Legal entity | Entité légale
-- column job_title string directory: title of the job position
-- source job_title: job_positions.job_title
-- column job_qualification_id string directory: qualification of the job position
-- source job_qualification_id: job_positions.job_qualification_id
-- column job_qualification_title string directory: its title; null when the qualification is not visible
-- source job_qualification_title: job_qualifications.title
-- label job_qualification_title: Job qualification | Qualification
-- column csp_id string personal: occupation category of the job position
-- source csp_id: job_positions.occupation_category_id
-- label csp_id: Occupation category ID | Identifiant de la catégorie socioprofessionnelle
-- column csp_title string personal: its title; null when the category is not visible
-- source csp_title: occupation_categories.title
-- label csp_title: Occupation category | Catégorie socioprofessionnelle
-- column birth_date date personal: date of birth
-- source birth_date: employee_personal_records.birth_date
-- column gender string personal: Male, Female or Undefined, the words of v3; what else there is, such as diverse, by the word of
--   v5, as that of v3 is not known for certain
-- source gender: employee_personal_records.legal_gender
-- label gender: Gender | Sexe
-- column civil_title string personal: mister, miss or unknown, the words of v5: those of v3 are not documented
-- source civil_title: employee_personal_records.title
-- label civil_title: Civil title | Civilité
-- column nationality string_list personal: nationalities, ISO 3166-1 alpha-3: a list as in v5, although at most one is
--   documented
-- source nationality: employee_personal_records.nationalities_country_codes
-- label nationality: Nationality | Nationalité
-- column personal_email string personal: private e-mail address
-- source personal_email: employee_personal_records.email
-- label personal_email: Personal e-mail | E-mail personnel
-- column personal_mobile string personal: private phone number
-- source personal_mobile: employee_personal_records.phone_number
-- label personal_mobile: Personal mobile phone | Téléphone mobile personnel
-- column professional_mobile string directory: professional phone number
-- source professional_mobile: employees.phone_number
-- label professional_mobile: Work mobile phone | Téléphone mobile professionnel
-- column insurance_number string sensitive: social security number, as typed
-- source insurance_number: employee_personal_records.insurance_number_value
-- label insurance_number: Social security number | Numéro de sécurité sociale
-- column iban string sensitive: account number, when it is said to be an IBAN
-- source iban: employee_personal_records.bank_account_account_identifier, where bank_account_format is iban
-- label iban: IBAN | Compte IBAN
-- column rib string sensitive: account number, when it is not said to be an IBAN
-- source rib: employee_personal_records.bank_account_account_identifier, where bank_account_format is not iban
-- label rib: Bank account number (RIB) | Numéro de compte (RIB)
-- column bic string sensitive: identifier of the bank such as a BIC
-- source bic: employee_personal_records.bank_account_bank_identifier
-- label bic: BIC | Code BIC
-- column bank_name string sensitive: name of the bank
-- source bank_name: employee_personal_records.bank_account_bank_name
-- label bank_name: Bank | Banque
-- column picture_id string directory: portrait; null when there is none
-- source picture_id: employees.portrait_id
-- label picture_id: Portrait ID | Identifiant du portrait
-- column seniority_date date personal: day from which seniority counts
-- source seniority_date: user.seniorityDate in employee_attributes
-- label seniority_date: Seniority date | Date d'ancienneté
-- column french_car_tax_horse_power double personal: fiscal horsepower of the person's car; null when it is no number
-- source french_car_tax_horse_power: user.frenchCarTaxHorsePower in employee_attributes
-- label french_car_tax_horse_power: Car fiscal horsepower | Puissance fiscale de la voiture
-- column french_motorcycles_tax_horse_power double personal: fiscal horsepower of the person's motorcycle; null when it
--   is no number
-- source french_motorcycles_tax_horse_power: user.frenchMotorcyclesTaxHorsePower in employee_attributes
-- label french_motorcycles_tax_horse_power: Motorcycle fiscal horsepower | Puissance fiscale de la moto
-- column corporate_card string sensitive: company payment card, as recorded
-- source corporate_card: user.corporateCard in employee_attributes
-- label corporate_card: Company card | Carte de paiement professionnelle
-- column personal_card string sensitive: own payment card, as recorded
-- source personal_card: user.personalCard in employee_attributes
-- label personal_card: Personal card | Carte de paiement personnelle
-- column personal_account string sensitive: own account, as recorded
-- source personal_account: user.personalAccount in employee_attributes
-- label personal_account: Personal account | Compte personnel
-- column unit_sell_price double personal: unit sell price; deprecated even in v3; null when it is no number
-- source unit_sell_price: user.unitSellPrice in employee_attributes
-- label unit_sell_price: Unit sell price | Prix de vente unitaire
-- column allows_electronic_payslip boolean personal: whether the person accepts electronic payslips; null when it is
--   neither true nor false
-- source allows_electronic_payslip: user.allowsElectronicPayslip in employee_attributes
-- label allows_electronic_payslip: Accepts electronic payslips | Accepte le bulletin de paie électronique
-- column site_id string directory: site
-- source site_id: user.siteId in employee_attributes
-- label site_id: Site ID | Identifiant du site
-- column direct_line string directory: direct phone line
-- source direct_line: user.directLine in employee_attributes
-- label direct_line: Direct line | Ligne directe
-- column quote string directory: free sentence on the profile
-- source quote: user.quote in employee_attributes
-- label quote: Quote | Citation
-- column address string personal: postal address
-- source address: user.address in employee_attributes
-- label address: Postal address | Adresse postale
-- column cleemy_approver_id string directory: employee who approves expenses
-- source cleemy_approver_id: user.cleemyApproverId in employee_attributes
-- label cleemy_approver_id: Expense approver ID | Identifiant de l'approbateur des notes de frais
-- column culture_id string personal: language of the user interface
-- source culture_id: user.cultureId in employee_attributes
-- label culture_id: Interface language ID | Identifiant de la langue de l'interface
-- column calendar_id string personal: calendar of public holidays
-- source calendar_id: user.calendarId in employee_attributes
-- label calendar_id: Public holidays calendar ID | Identifiant du calendrier des jours fériés
-- column manager2_id string directory: second manager
-- source manager2_id: user.manager2Id in employee_attributes
-- label manager2_id: Second manager ID | Identifiant du second responsable
-- column navision_id string personal: identifier in Navision
-- source navision_id: user.navisionId in employee_attributes
-- label navision_id: Navision ID | Identifiant Navision
-- column cegid_gescom_id string personal: identifier in Cegid
-- source cegid_gescom_id: user.cegidGescomId in employee_attributes
-- label cegid_gescom_id: Cegid ID | Identifiant Cegid
-- column berger_levrault_career_number string personal: career number in Berger-Levrault
-- source berger_levrault_career_number: user.bergerLevraultCareerNumber in employee_attributes
-- label berger_levrault_career_number: Berger-Levrault career number | Numéro de carrière Berger-Levrault
-- column timesheet_approver_id string directory: employee who approves timesheets
-- source timesheet_approver_id: user.timesheetApproverId in employee_attributes
-- label timesheet_approver_id: Timesheet approver ID | Identifiant de l'approbateur des temps
-- column remote_work_profile_id string personal: remote work profile
-- source remote_work_profile_id: user.remoteWorkProfileId in employee_attributes
-- label remote_work_profile_id: Remote work profile ID | Identifiant du profil de télétravail
-- column employee_accounting_code string personal: accounting code of the person
-- source employee_accounting_code: user.employeeAccountingCode in employee_attributes
-- label employee_accounting_code: Employee accounting code | Code comptable du collaborateur
-- lowered status, is_former, dt_contract_start, department_id, department_name, manager_id to directory: where
--   somebody works is what colleagues see of each other; the private days that choose the row are not shown by it
-- lowered manager_name, legal_entity_id, legal_entity_name, legal_unit_id, legal_unit_name to directory: where
--   somebody works is what colleagues see of each other; the private days that choose the row are not shown by it
-- lowered job_title, job_qualification_id, job_qualification_title to directory: where somebody works is what
--   colleagues see of each other; the private days that choose the row are not shown by it
-- lowered seniority_date, french_car_tax_horse_power, french_motorcycles_tax_horse_power to personal: each is the
--   value of one definition; attribute values are sensitive because they may be of any
-- lowered unit_sell_price, allows_electronic_payslip, address, culture_id, calendar_id, navision_id to personal: each
--   is the value of one definition; attribute values are sensitive because they may be of any
-- lowered cegid_gescom_id, berger_levrault_career_number, remote_work_profile_id to personal: each is the value of
--   one definition; attribute values are sensitive because they may be of any
-- lowered employee_accounting_code to personal: each is the value of one definition; attribute values are sensitive
--   because they may be of any
-- lowered site_id, direct_line, quote, cleemy_approver_id, manager2_id, timesheet_approver_id to directory: each is
--   the value of one definition that colleagues see; attribute values are sensitive because they may be of any
-- lowered rows to directory: every person has a row, whatever the status
-- without applicable_positions.job_qualification_id, applicable_positions.occupation_category_id: they find titles only, which
--   are null then
WITH definitions AS (
    -- By number, since numbers are compared faster than names.
    SELECT number, definition_id
    FROM (
        VALUES
            (1, 'user.seniorityDate'),
            (2, 'user.frenchCarTaxHorsePower'),
            (3, 'user.frenchMotorcyclesTaxHorsePower'),
            (4, 'user.corporateCard'),
            (5, 'user.personalCard'),
            (6, 'user.personalAccount'),
            (7, 'user.unitSellPrice'),
            (8, 'user.allowsElectronicPayslip'),
            (9, 'user.siteId'),
            (10, 'user.directLine'),
            (11, 'user.quote'),
            (12, 'user.address'),
            (13, 'user.cleemyApproverId'),
            (14, 'user.cultureId'),
            (15, 'user.calendarId'),
            (16, 'user.manager2Id'),
            (17, 'user.navisionId'),
            (18, 'user.cegidGescomId'),
            (19, 'user.bergerLevraultCareerNumber'),
            (20, 'user.timesheetApproverId'),
            (21, 'user.remoteWorkProfileId'),
            (22, 'user.employeeAccountingCode')
    ) AS t (number, definition_id)
),

attributes AS (
    -- The setting personal_definitions decides which of the two tables a definition is in.
    SELECT * FROM employee_attributes
    UNION ALL
    SELECT * FROM personal_attributes
),

-- The rows may be those of the day or of all time. Identifiers may be texts, numbers or references: content is any of
-- them as text.
contents AS (
    SELECT
        a.id,
        a.employee_id,
        d.number,
        a.applicability_start,
        a.value_date,
        a.value_number,
        a.value_boolean,
        COALESCE(a.value_text, a.value_reference_id, NULLIF(a.value, 'null')) AS content
    FROM attributes a
    INNER JOIN definitions d ON d.definition_id = a.definition_id
    WHERE (a.applicability_start IS NULL OR a.applicability_start <= CAST($as_of AS DATE))
        AND (a.applicability_end IS NULL OR a.applicability_end >= CAST($as_of AS DATE))
),

-- Of several, the one that applies since the latest day counts, then the one with the smallest id: the first of its number.
ordered_attributes AS (
    SELECT
        contents.*,
        LAG(number) OVER (
            PARTITION BY employee_id
            ORDER BY number, applicability_start DESC NULLS LAST, id
        ) AS previous_number
    FROM contents
),

user_data AS (
    SELECT
        employee_id,
        MAX(CASE WHEN number = 1 THEN value_date END) AS seniority_date,
        MAX(CASE WHEN number = 2 THEN value_number END) AS french_car_tax_horse_power,
        MAX(CASE WHEN number = 3 THEN value_number END) AS french_motorcycles_tax_horse_power,
        MAX(CASE WHEN number = 4 THEN content END) AS corporate_card,
        MAX(CASE WHEN number = 5 THEN content END) AS personal_card,
        MAX(CASE WHEN number = 6 THEN content END) AS personal_account,
        MAX(CASE WHEN number = 7 THEN value_number END) AS unit_sell_price,
        MAX(CASE WHEN number = 8 THEN value_boolean END) AS allows_electronic_payslip,
        MAX(CASE WHEN number = 9 THEN content END) AS site_id,
        MAX(CASE WHEN number = 10 THEN content END) AS direct_line,
        MAX(CASE WHEN number = 11 THEN content END) AS quote,
        MAX(CASE WHEN number = 12 THEN content END) AS address,
        MAX(CASE WHEN number = 13 THEN content END) AS cleemy_approver_id,
        MAX(CASE WHEN number = 14 THEN content END) AS culture_id,
        MAX(CASE WHEN number = 15 THEN content END) AS calendar_id,
        MAX(CASE WHEN number = 16 THEN content END) AS manager2_id,
        MAX(CASE WHEN number = 17 THEN content END) AS navision_id,
        MAX(CASE WHEN number = 18 THEN content END) AS cegid_gescom_id,
        MAX(CASE WHEN number = 19 THEN content END) AS berger_levrault_career_number,
        MAX(CASE WHEN number = 20 THEN content END) AS timesheet_approver_id,
        MAX(CASE WHEN number = 21 THEN content END) AS remote_work_profile_id,
        MAX(CASE WHEN number = 22 THEN content END) AS employee_accounting_code
    FROM ordered_attributes
    WHERE previous_number IS NULL OR previous_number <> number
    GROUP BY employee_id
),

-- Names are looked up before the rows grow wide.
positions AS (
    SELECT
        j.employment_id,
        j.department_id,
        d.name AS department_name,
        j.manager_id,
        m.full_name AS manager_name,
        j.business_establishment_id,
        b.name AS business_establishment_name,
        j.job_title,
        j.job_qualification_id,
        q.title AS job_qualification_title,
        j.occupation_category_id,
        c.title AS occupation_category_title
    FROM applicable_positions j
    LEFT JOIN departments d ON d.id = j.department_id
    LEFT JOIN manager_names m ON m.manager_id = j.manager_id
    LEFT JOIN business_establishments b ON b.id = j.business_establishment_id
    LEFT JOIN job_qualifications q ON q.id = j.job_qualification_id
    LEFT JOIN occupation_categories c ON c.id = j.occupation_category_id
),

jobs AS (
    SELECT
        p.*,
        e.employee_id,
        e.status,
        e.start_date,
        e.end_date,
        e.legal_entity_id,
        l.legal_name
    FROM applicable_employments e
    LEFT JOIN legal_entities l ON l.id = e.legal_entity_id
    LEFT JOIN positions p ON p.employment_id = e.id
)

SELECT
    w.id,
    w.remote_id AS login,
    w.given_name AS first_name,
    w.family_name AS last_name,
    n.full_name AS name,
    NULLIF(TRIM(BOTH ' ' FROM COALESCE(w.family_name, '') || ' ' || COALESCE(w.given_name, '')), '') AS display_name,
    w.email AS mail,
    w.employee_number,
    COALESCE(j.status, w.status) AS status,
    COALESCE(j.status, w.status) = 'deactivated' AS is_former,
    j.start_date AS dt_contract_start,
    j.end_date AS dt_contract_end,
    j.department_id,
    j.department_name,
    j.manager_id,
    j.manager_name,
    j.business_establishment_id AS legal_entity_id,
    j.business_establishment_name AS legal_entity_name,
    j.legal_entity_id AS legal_unit_id,
    j.legal_name AS legal_unit_name,
    j.job_title,
    j.job_qualification_id,
    j.job_qualification_title,
    j.occupation_category_id AS csp_id,
    j.occupation_category_title AS csp_title,
    r.birth_date,
    CASE r.legal_gender
        WHEN 'male' THEN 'Male'
        WHEN 'female' THEN 'Female'
        WHEN 'unknown' THEN 'Undefined'
        ELSE r.legal_gender
    END AS gender,
    r.title AS civil_title,
    r.nationalities_country_codes AS nationality,
    r.email AS personal_email,
    r.phone_number AS personal_mobile,
    w.phone_number AS professional_mobile,
    r.insurance_number_value AS insurance_number,
    CASE WHEN r.bank_account_format = 'iban' THEN r.bank_account_account_identifier END AS iban,
    CASE WHEN r.bank_account_format = 'iban' THEN NULL ELSE r.bank_account_account_identifier END AS rib,
    r.bank_account_bank_identifier AS bic,
    r.bank_account_bank_name AS bank_name,
    w.portrait_id AS picture_id,
    u.seniority_date,
    u.french_car_tax_horse_power,
    u.french_motorcycles_tax_horse_power,
    u.corporate_card,
    u.personal_card,
    u.personal_account,
    u.unit_sell_price,
    u.allows_electronic_payslip,
    u.site_id,
    u.direct_line,
    u.quote,
    u.address,
    u.cleemy_approver_id,
    u.culture_id,
    u.calendar_id,
    u.manager2_id,
    u.navision_id,
    u.cegid_gescom_id,
    u.berger_levrault_career_number,
    u.timesheet_approver_id,
    u.remote_work_profile_id,
    u.employee_accounting_code
FROM employees w
LEFT JOIN employee_names n ON n.employee_id = w.id
LEFT JOIN latest_personal_records r ON r.employee_id = w.id
LEFT JOIN jobs j ON j.employee_id = w.id
LEFT JOIN user_data u ON u.employee_id = w.id
ORDER BY w.id NULLS LAST
