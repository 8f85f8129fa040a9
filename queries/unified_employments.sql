-- unified_employments: one row per employment, past and future ones included, with the column names of unified HRIS
--   models
-- label: Employments (unified model) | Contrats (modèle unifié)
-- key id
-- column id string! none: the employment
-- source id: employments.id
-- column remote_id string none: identifier of the employment in the customer's other systems
-- source remote_id: employments.remote_id
-- column employee_id string none: the employee
-- source employee_id: employments.employee_id
-- column company_id string directory: legal entity of the contract, a row of unified_companies when visible
-- source company_id: employments.legal_entity_id
-- label company_id: Legal entity ID | Identifiant de l'entité légale
-- column job_title string directory: title of the job position. The position is the one valid on the as-of date, else
--   the first upcoming one, else the last one; among equals the one that started latest (upcoming: first), then the one
--   with the smallest id
-- source job_title: job_positions.job_title
-- column effective_date date directory: first day of the employment
-- source effective_date: employments.start_date
-- label effective_date: Contract start date | Date de début de contrat
-- column end_date date personal: last day of the employment, included; null when open-ended
-- source end_date: employments.end_date
-- column employment_type string personal: internship, contract or volunteer, for templates made for students, external
--   people or volunteers; null for all others: Lucca does not say whether a contract is full-time
-- source employment_type: employment_templates.audience
-- label employment_type: Employment type | Type d'emploi
-- column contract_type string personal: title of the template, such as CDI or CDD; null when it is not visible
-- source contract_type: employment_templates.title
-- label contract_type: Contract type | Type de contrat
-- column contract_term string personal: permanent or fixed
-- source contract_term: employment_templates.term
-- label contract_term: Permanent or fixed-term | Durée indéterminée ou déterminée
-- column status string! directory: active, pending or inactive on the as-of date, by the dates of the employment
-- source status: employments.start_date and employments.end_date
-- label status: Status | Statut
-- column created_at timestamp none: when the record was created
-- source created_at: employments.created_at
-- column updated_at timestamp none: when the record was last changed
-- source updated_at: employments.last_updated_at
-- label updated_at: Last updated at | Dernière modification le
-- lowered job_title, status to directory: where somebody works is what colleagues see of each other; the private days
--   that choose the row are not shown by it
-- lowered rows to directory: every employment has a row; that there is one, and since when, is in the directory
-- without employments.template_id: it finds what the contract is only, which is null then
SELECT
    e.id,
    e.remote_id,
    e.employee_id,
    e.legal_entity_id AS company_id,
    j.job_title,
    e.start_date AS effective_date,
    e.end_date,
    CASE t.audience
        WHEN 'student' THEN 'internship'
        WHEN 'external' THEN 'contract'
        WHEN 'volunteer' THEN 'volunteer'
    END AS employment_type,
    t.title AS contract_type,
    t.term AS contract_term,
    CASE
        WHEN e.start_date > CAST($as_of AS DATE) THEN 'pending'
        WHEN e.end_date < CAST($as_of AS DATE) THEN 'inactive'
        ELSE 'active'
    END AS status,
    e.created_at,
    e.last_updated_at AS updated_at
FROM employments e
LEFT JOIN applicable_positions j ON j.employment_id = e.id
LEFT JOIN employment_templates t ON t.id = e.template_id
ORDER BY e.id NULLS LAST
