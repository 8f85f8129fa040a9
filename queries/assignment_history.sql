-- assignment_history: one row per person and unbroken stretch of time spent in one job position, over past and future;
--   a day in employment belongs to exactly one row: the rows of a person never overlap, and only days without an
--   employment are left out. Days in employment without a job position have a row too, with has_position false.
--   Of several at once, an employment with a position that day comes first, then the employment that started latest,
--   then the smallest employment id, then the position that started latest, then the smallest position id. Positions are
--   cut to their employment; those of an employment that is not visible, or that ends before it starts, count for nothing
-- label: Assignment history | Historique des affectations
-- key employee_id, valid_from
-- interval valid_from, valid_to of employee_id
-- column employee_id string! none: the person
-- source employee_id: employments.employee_id
-- column valid_from date! personal: first day of the row
-- source valid_from: employments.start_date and job_positions.starts_on
-- label valid_from: Valid from | Valable à partir du
-- column valid_to date personal: first day after the row; null when open-ended, as also when the last day is given as
--   9999-12-31
-- source valid_to: employments.end_date and job_positions.ends_on, and the first days of rows that come before this one
-- label valid_to: Valid until (day after) | Valable jusqu'au (exclu)
-- column is_current boolean! directory: whether the as-of date is within the row
-- label is_current: Current | En cours
-- column is_future boolean! directory: whether the row starts after the as-of date
-- label is_future: In the future | À venir
-- column has_position boolean! directory: whether a job position was valid; where false, all its columns are null
-- label has_position: Has a job position | Poste renseigné
-- column has_overlap boolean! directory: whether another employment or another of its positions was valid too on some
--   day of the row
-- label has_overlap: Overlaps another assignment | Chevauche une autre affectation
-- column employment_id string! none: the employment
-- source employment_id: employments.id
-- label employment_id: Employment contract ID | Identifiant du contrat de travail
-- column job_position_id string none: the job position; null without one
-- source job_position_id: job_positions.id
-- label job_position_id: Job position ID | Identifiant du poste occupé
-- column legal_entity_id string directory: legal entity of the employment; null for employments without one
-- source legal_entity_id: employments.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column business_establishment_id string directory: establishment of the job position
-- source business_establishment_id: job_positions.business_establishment_id
-- column business_establishment_name string directory: its name; null when the establishment is not visible
-- source business_establishment_name: business_establishments.name
-- label business_establishment_name: Establishment | Établissement
-- column department_id string directory: department of the job position
-- source department_id: job_positions.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column job_title string directory: title of the job position
-- source job_title: job_positions.job_title
-- column job_qualification_id string directory: qualification of the job position
-- source job_qualification_id: job_positions.job_qualification_id
-- column job_qualification_title string directory: its title; null when the qualification is not visible
-- source job_qualification_title: job_qualifications.title
-- label job_qualification_title: Job qualification | Qualification
-- column occupation_category_id string personal: occupation category of the job position
-- source occupation_category_id: job_positions.occupation_category_id
-- column occupation_category_title string personal: its title; null when the category is not visible
-- source occupation_category_title: occupation_categories.title
-- label occupation_category_title: Occupation category | Catégorie socioprofessionnelle
-- column manager_id string directory: employee who manages the job position
-- source manager_id: job_positions.manager_id
-- column template_id string personal: template of the employment, the kind of contract
-- source template_id: employments.template_id
-- column template_title string personal: its title; null when the template is not visible
-- source template_title: employment_templates.title
-- label template_title: Contract type | Type de contrat
-- column contract_term string personal: permanent or fixed, as the template says
-- source contract_term: employment_templates.term
-- label contract_term: Permanent or fixed-term | Durée indéterminée ou déterminée
-- column contract_audience string personal: kind of people that the template is meant for, such as employee or student
-- source contract_audience: employment_templates.audience
-- label contract_audience: Contract audience | Public du contrat
-- lowered is_current, is_future, has_position, has_overlap, business_establishment_id to directory: where somebody
--   works is what colleagues see of each other; for how long is in valid_from and valid_to
-- lowered business_establishment_name, department_id, department_name, job_title to directory: where somebody works
--   is what colleagues see of each other; for how long is in valid_from and valid_to
-- lowered job_qualification_id, job_qualification_title, manager_id to directory: where somebody works is what
--   colleagues see of each other; for how long is in valid_from and valid_to
-- lowered job_position_id to none: an identifier, which tells nothing by itself
-- without employments.template_id, job_positions.job_qualification_id, job_positions.occupation_category_id: they find titles
--   only, which are null then
WITH edges AS (
    SELECT employee_id, valid_from AS edge FROM assignment_candidates
    UNION
    SELECT employee_id, valid_to AS edge FROM assignment_candidates
),

-- Between two edges nothing changes.
steps AS (
    SELECT employee_id, edge, LEAD(edge) OVER (PARTITION BY employee_id ORDER BY edge) AS next_edge
    FROM edges
),

-- The candidates of a step in order: the first one is chosen. Where nothing overlaps, there is nothing behind a chosen employment,
-- and behind a chosen position only its employment.
choices AS (
    SELECT
        s.employee_id,
        s.edge,
        s.next_edge,
        c.employment_id,
        c.job_position_id,
        c.preference,
        LAG(s.edge) OVER (
            PARTITION BY s.employee_id
            ORDER BY
                s.edge, c.preference, c.employed_from DESC, c.employment_id, c.placed_from DESC, c.job_position_id NULLS LAST
        ) AS edge_before,
        LEAD(s.edge) OVER (
            PARTITION BY s.employee_id
            ORDER BY
                s.edge, c.preference, c.employed_from DESC, c.employment_id, c.placed_from DESC, c.job_position_id NULLS LAST
        ) AS edge_behind,
        LEAD(s.edge, 2) OVER (
            PARTITION BY s.employee_id
            ORDER BY
                s.edge, c.preference, c.employed_from DESC, c.employment_id, c.placed_from DESC, c.job_position_id NULLS LAST
        ) AS edge_two_behind
    FROM steps s
    INNER JOIN assignment_candidates c
        ON c.employee_id = s.employee_id AND c.valid_from <= s.edge AND c.valid_to >= s.next_edge
),

chosen AS (
    SELECT
        employee_id,
        edge,
        next_edge,
        employment_id,
        job_position_id,
        COALESCE(CASE preference WHEN 0 THEN edge_two_behind ELSE edge_behind END = edge, FALSE) AS has_overlap,
        LAG(employment_id) OVER (PARTITION BY employee_id ORDER BY edge) AS previous_employment_id,
        LAG(job_position_id) OVER (PARTITION BY employee_id ORDER BY edge) AS previous_position_id,
        LAG(next_edge) OVER (PARTITION BY employee_id ORDER BY edge) AS previous_to
    FROM choices
    WHERE edge_before IS DISTINCT FROM edge
),

-- overlaps_before: how many of the steps before this one have an overlap. An employment has no days off in between, so two of its
-- steps that follow each other touch.
compared AS (
    SELECT
        employee_id,
        edge,
        employment_id,
        job_position_id,
        previous_to,
        (employment_id IS DISTINCT FROM previous_employment_id)
            OR (job_position_id IS DISTINCT FROM previous_position_id) AS is_first,
        LAST_VALUE(next_edge) OVER (
            PARTITION BY employee_id ORDER BY edge ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS final_to,
        SUM(CASE WHEN has_overlap THEN 1 ELSE 0 END) OVER (
            PARTITION BY employee_id ORDER BY edge ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) - CASE WHEN has_overlap THEN 1 ELSE 0 END AS overlaps_before,
        SUM(CASE WHEN has_overlap THEN 1 ELSE 0 END) OVER (
            PARTITION BY employee_id ORDER BY edge ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS all_overlaps
    FROM chosen
),

stretches AS (
    SELECT
        employee_id,
        edge AS valid_from,
        NULLIF(
            COALESCE(LEAD(previous_to) OVER (PARTITION BY employee_id ORDER BY edge), final_to), CAST('9999-12-31' AS DATE)
        ) AS valid_to,
        COALESCE(LEAD(overlaps_before) OVER (PARTITION BY employee_id ORDER BY edge), all_overlaps)
            > overlaps_before AS has_overlap,
        employment_id,
        job_position_id
    FROM compared
    WHERE is_first
)

SELECT
    h.employee_id,
    h.valid_from,
    h.valid_to,
    h.valid_from <= CAST($as_of AS DATE) AND (h.valid_to IS NULL OR h.valid_to > CAST($as_of AS DATE)) AS is_current,
    h.valid_from > CAST($as_of AS DATE) AS is_future,
    h.job_position_id IS NOT NULL AS has_position,
    h.has_overlap,
    h.employment_id,
    h.job_position_id,
    e.legal_entity_id,
    l.legal_name AS legal_entity_name,
    p.business_establishment_id,
    b.name AS business_establishment_name,
    p.department_id,
    d.name AS department_name,
    p.job_title,
    p.job_qualification_id,
    q.title AS job_qualification_title,
    p.occupation_category_id,
    o.title AS occupation_category_title,
    p.manager_id,
    e.template_id,
    t.title AS template_title,
    t.term AS contract_term,
    t.audience AS contract_audience
FROM stretches h
INNER JOIN employments e ON e.id = h.employment_id
LEFT JOIN job_positions p ON p.id = h.job_position_id
LEFT JOIN legal_entities l ON l.id = e.legal_entity_id
LEFT JOIN business_establishments b ON b.id = p.business_establishment_id
LEFT JOIN departments d ON d.id = p.department_id
LEFT JOIN job_qualifications q ON q.id = p.job_qualification_id
LEFT JOIN occupation_categories o ON o.id = p.occupation_category_id
LEFT JOIN employment_templates t ON t.id = e.template_id
ORDER BY h.employee_id NULLS LAST, h.valid_from NULLS LAST
