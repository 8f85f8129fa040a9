-- registre_unique_du_personnel: indicative staff register (Labour Code D1221-23): one row per employment that started on
--   or before the as-of date, per establishment in the order of hiring. Not a legal document. Lucca does not hold the
--   dates of authorisations to hire or dismiss, the kind and number of a foreign worker's permit, the part-time mention,
--   the agency or group that temporary or shared staff come from, nor a trainee's tutor: add them from elsewhere.
--   Moves between establishments within a contract make no new row
-- label: Staff register (France) | Registre unique du personnel
-- zone personal
-- key employment_id
-- column section string! personal: employees or trainees, who have a part of their own; by the audience of the template,
--   so that a contract without a visible template is among the employees
-- source section: employment_templates.audience
-- label section: Section | Partie du registre
-- column business_establishment_id string directory: establishment of the contract's first job position; null when it
--   has no visible one
-- source business_establishment_id: job_positions.business_establishment_id
-- column business_establishment_name string directory: its name; null when the establishment is not visible
-- source business_establishment_name: business_establishments.name
-- label business_establishment_name: Establishment | Établissement
-- column business_establishment_siret string directory: its SIRET; null when it has none
-- source business_establishment_siret: business_establishments.tax_identification_number_value, where its format is
--   franceSIRET
-- label business_establishment_siret: SIRET of the establishment | SIRET de l'établissement
-- column entry_number int64! personal: order of hiring within the section of the establishment, from 1; contracts of
--   one day in the order of their records. A contract entered late for an earlier day moves the numbers after it
-- source entry_number: employments.start_date, created_at and id
-- label entry_number: Entry number | Numéro d'ordre
-- column employment_id string! none: the employment
-- source employment_id: employments.id
-- label employment_id: Employment contract ID | Identifiant du contrat de travail
-- column employee_id string none: the person
-- source employee_id: employments.employee_id
-- column family_name string directory: family name; null when the employee is not visible
-- source family_name: employees.family_name
-- column given_name string directory: given name; null when the employee is not visible
-- source given_name: employees.given_name
-- column nationality string_list personal: nationalities, ISO 3166-1 alpha-3
-- source nationality: employee_personal_records.nationalities_country_codes
-- label nationality: Nationality | Nationalité
-- column birth_date date personal: date of birth
-- source birth_date: employee_personal_records.birth_date
-- column sex string personal: male, female, diverse or unknown, the words of Lucca
-- source sex: employee_personal_records.legal_gender
-- label sex: Sex | Sexe
-- column job string directory: job title of the contract's first position
-- source job: job_positions.job_title
-- label job: Job held | Emploi
-- column qualification string directory: title of that position's qualification; null when it is not visible
-- source qualification: job_qualifications.title
-- label qualification: Job qualification | Qualification
-- column occupation_category string personal: title of that position's occupation category; null when it is not visible
-- source occupation_category: occupation_categories.title
-- label occupation_category: Occupation category | Catégorie socioprofessionnelle
-- column entry_date date directory: first day of the contract
-- source entry_date: employments.start_date
-- label entry_date: Hire date | Date d'entrée
-- column exit_date date personal: last day of the contract, included, when it is before the as-of date; null for those
--   who are still present, whatever end is planned
-- source exit_date: employments.end_date
-- label exit_date: Leaving date | Date de sortie
-- column contract_kind string personal: title of the template, such as CDI or CDD; null when it is not visible
-- source contract_kind: employment_templates.title
-- label contract_kind: Contract type | Type de contrat
-- column contract_term string personal: permanent or fixed
-- source contract_term: employment_templates.term
-- label contract_term: Permanent or fixed-term | Durée indéterminée ou déterminée
-- column contract_end_date date personal: last day of the contract, included, planned or past; null when open-ended
-- source contract_end_date: employments.end_date
-- label contract_end_date: Contract end date | Date de fin de contrat
WITH first_positions AS (
    SELECT
        employment_id,
        business_establishment_id,
        job_title,
        job_qualification_id,
        occupation_category_id,
        ROW_NUMBER() OVER (PARTITION BY employment_id ORDER BY starts_on NULLS LAST, id) AS choice
    FROM job_positions
),

entries AS (
    SELECT
        CASE WHEN t.audience = 'student' THEN 'trainees' ELSE 'employees' END AS section,
        p.business_establishment_id,
        e.id AS employment_id,
        e.employee_id,
        e.start_date,
        e.end_date,
        e.created_at,
        p.job_title,
        p.job_qualification_id,
        p.occupation_category_id,
        t.title AS contract_kind,
        t.term AS contract_term
    FROM employments e
    LEFT JOIN first_positions p ON p.employment_id = e.id AND p.choice = 1
    LEFT JOIN employment_templates t ON t.id = e.template_id
    WHERE e.start_date <= CAST($as_of AS DATE)
)

SELECT
    e.section,
    e.business_establishment_id,
    b.name AS business_establishment_name,
    CASE WHEN b.tax_identification_number_format = 'franceSIRET' THEN b.tax_identification_number_value END
        AS business_establishment_siret,
    CAST(
        ROW_NUMBER() OVER (
            PARTITION BY e.section, e.business_establishment_id
            ORDER BY e.start_date, e.created_at NULLS LAST, e.employment_id
        ) AS BIGINT
    ) AS entry_number,
    e.employment_id,
    e.employee_id,
    w.family_name,
    w.given_name,
    r.nationalities_country_codes AS nationality,
    r.birth_date,
    r.legal_gender AS sex,
    e.job_title AS job,
    q.title AS qualification,
    c.title AS occupation_category,
    e.start_date AS entry_date,
    CASE WHEN e.end_date < CAST($as_of AS DATE) THEN e.end_date END AS exit_date,
    e.contract_kind,
    e.contract_term,
    e.end_date AS contract_end_date
FROM entries e
LEFT JOIN business_establishments b ON b.id = e.business_establishment_id
LEFT JOIN employees w ON w.id = e.employee_id
LEFT JOIN latest_personal_records r ON r.employee_id = e.employee_id
LEFT JOIN job_qualifications q ON q.id = e.job_qualification_id
LEFT JOIN occupation_categories c ON c.id = e.occupation_category_id
ORDER BY e.section NULLS LAST, e.business_establishment_id NULLS LAST, entry_number
