-- movements: one row per person and event, past and future, read off the rows of assignment_history that follow each
--   other. joiner: first day in employment ever; rehire: first day after days without employment; leaver: first day
--   without; transfer_in and transfer_out: another legal entity, establishment or department than the day before, seen
--   from the new one and from the old one; contract_change: another employment than the day before, with or without a
--   transfer
-- label: Movements | Mouvements du personnel
-- key employee_id, event, event_date
-- column employee_id string! none: the person
-- source employee_id: assignment_history.employee_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- label employee_given_name: First name | Prénom
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- label employee_family_name: Last name | Nom de famille
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- label employee_email: E-mail | E-mail professionnel
-- column event string! personal: joiner, rehire, leaver, transfer_in, transfer_out or contract_change
-- label event: Movement | Mouvement
-- column event_date date! personal: first day on which it is so: for a leaver the first day without employment, for a
--   transfer_out the first day elsewhere
-- source event_date: assignment_history.valid_from; valid_to for leaver and transfer_out
-- label event_date: Movement date | Date du mouvement
-- column last_day date personal: last day before event_date, of leaver and transfer_out only
-- label last_day: Last day before the event | Dernier jour avant le mouvement
-- column is_future boolean! personal: whether event_date is after the as-of date
-- label is_future: In the future | À venir
-- column legal_entity_id string directory: legal entity that the person comes to; of a leaver or transfer_out, leaves
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- label legal_entity_name: Legal entity | Entité légale
-- column business_establishment_id string directory: establishment that the person comes to or leaves
-- source business_establishment_id: assignment_history.business_establishment_id
-- column business_establishment_name string directory: its name; null when the establishment is not visible
-- source business_establishment_name: business_establishments.name
-- label business_establishment_name: Establishment | Établissement
-- column department_id string directory: department that the person comes to or leaves
-- source department_id: assignment_history.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
-- label department_name: Department | Département
-- column employment_id string! none: employment that begins or goes on with the event; of a leaver or transfer_out, the
--   one before
-- source employment_id: assignment_history.employment_id
-- column template_id string personal: its template, the kind of contract
-- source template_id: assignment_history.template_id
-- column contract_term string personal: permanent or fixed, as the template says
-- source contract_term: assignment_history.contract_term
-- column other_legal_entity_id string personal: of transfers and contract changes, the legal entity at the other end:
--   the one before, of a transfer_out the one after
-- source other_legal_entity_id: assignment_history.legal_entity_id
-- label other_legal_entity_id: Other legal entity ID | Identifiant de l'autre entité légale
-- column other_legal_entity_name string personal: its legal name; null when the legal entity is not visible
-- source other_legal_entity_name: legal_entities.legal_name
-- label other_legal_entity_name: Other legal entity | Autre entité légale
-- column other_business_establishment_id string personal: the establishment at the other end
-- source other_business_establishment_id: assignment_history.business_establishment_id
-- label other_business_establishment_id: Other establishment ID | Identifiant de l'autre établissement
-- column other_business_establishment_name string personal: its name; null when the establishment is not visible
-- source other_business_establishment_name: business_establishments.name
-- label other_business_establishment_name: Other establishment | Autre établissement
-- column other_department_id string personal: the department at the other end
-- source other_department_id: assignment_history.department_id
-- label other_department_id: Other department ID | Identifiant de l'autre département
-- column other_department_name string personal: its name; null when the department is not visible
-- source other_department_name: departments.name
-- label other_department_name: Other department | Autre département
-- column other_employment_id string personal: the employment at the other end
-- source other_employment_id: assignment_history.employment_id
-- label other_employment_id: Other contract ID | Identifiant de l'autre contrat
-- column other_template_id string personal: the template at the other end
-- source other_template_id: assignment_history.template_id
-- label other_template_id: Other contract template ID | Identifiant de l'autre modèle de contrat
-- column other_contract_term string personal: the term at the other end
-- source other_contract_term: assignment_history.contract_term
-- label other_contract_term: Other contract: permanent or fixed-term | Autre contrat : durée indéterminée ou déterminée
-- column legal_entity_changed boolean! personal: whether both ends differ in it; false without another end
-- label legal_entity_changed: Legal entity changed | Changement d'entité légale
-- column business_establishment_changed boolean! personal: whether both ends differ in it; false without another end
-- label business_establishment_changed: Establishment changed | Changement d'établissement
-- column department_changed boolean! personal: whether both ends differ in it; false without another end
-- label department_changed: Department changed | Changement de département
-- lowered legal_entity_id, legal_entity_name, business_establishment_id, business_establishment_name to directory: where
--   somebody works is what colleagues see of each other; what happened, and when, is in event and event_date
-- lowered department_id, department_name to directory: where somebody works is what colleagues see of each other; what
--   happened, and when, is in event and event_date
-- lowered employment_id to none: an identifier, which tells nothing by itself
WITH stretches AS (
    -- Each row beside the one before it: what happens between two rows is read off the later one.
    SELECT
        employee_id,
        valid_from,
        valid_to,
        legal_entity_id,
        legal_entity_name,
        business_establishment_id,
        business_establishment_name,
        department_id,
        department_name,
        employment_id,
        template_id,
        contract_term,
        LAG(valid_to) OVER person AS previous_to,
        LEAD(valid_from) OVER person AS next_from,
        LAG(legal_entity_id) OVER person AS previous_legal_entity_id,
        LAG(legal_entity_name) OVER person AS previous_legal_entity_name,
        LAG(business_establishment_id) OVER person AS previous_business_establishment_id,
        LAG(business_establishment_name) OVER person AS previous_business_establishment_name,
        LAG(department_id) OVER person AS previous_department_id,
        LAG(department_name) OVER person AS previous_department_name,
        LAG(employment_id) OVER person AS previous_employment_id,
        LAG(template_id) OVER person AS previous_template_id,
        LAG(contract_term) OVER person AS previous_contract_term
    FROM assignment_history
    WINDOW person AS (PARTITION BY employee_id ORDER BY valid_from)
),

-- Null is a value like another here: from an unknown department to a known one is a change.
compared AS (
    SELECT
        stretches.*,
        previous_employment_id IS NULL AS is_first,
        COALESCE(previous_to = valid_from, FALSE) AS is_adjacent,
        valid_to IS NOT NULL AND next_from IS DISTINCT FROM valid_to AS is_last,
        employment_id IS DISTINCT FROM previous_employment_id AS employment_differs,
        legal_entity_id IS DISTINCT FROM previous_legal_entity_id AS legal_entity_differs,
        business_establishment_id IS DISTINCT FROM previous_business_establishment_id AS business_establishment_differs,
        department_id IS DISTINCT FROM previous_department_id AS department_differs
    FROM stretches
),

-- is_new: whether it is seen from the row itself, not from the one before it; has_other: whether that one is its other end.
events AS (
    SELECT
        k.event,
        k.is_new,
        k.has_other,
        CASE WHEN k.event = 'leaver' THEN c.valid_to ELSE c.valid_from END AS event_date,
        c.*
    FROM (
        VALUES
            ('joiner', TRUE, FALSE), ('rehire', TRUE, FALSE), ('leaver', TRUE, FALSE), ('transfer_in', TRUE, TRUE),
            ('transfer_out', FALSE, TRUE), ('contract_change', TRUE, TRUE)
    ) AS k (event, is_new, has_other)
    INNER JOIN compared c
        ON (k.event = 'joiner' AND c.is_first)
        OR (k.event = 'rehire' AND NOT c.is_first AND NOT c.is_adjacent)
        OR (k.event = 'leaver' AND c.is_last)
        OR (k.event = 'contract_change' AND c.is_adjacent AND c.employment_differs)
        OR (
            k.event IN ('transfer_in', 'transfer_out') AND c.is_adjacent
            AND (c.legal_entity_differs OR c.business_establishment_differs OR c.department_differs)
        )
)

SELECT
    e.employee_id,
    w.given_name AS employee_given_name,
    w.family_name AS employee_family_name,
    w.email AS employee_email,
    e.event,
    e.event_date,
    CASE WHEN e.event IN ('leaver', 'transfer_out') THEN CAST(e.event_date - INTERVAL '1' DAY AS DATE) END AS last_day,
    e.event_date > CAST($as_of AS DATE) AS is_future,
    CASE WHEN e.is_new THEN e.legal_entity_id ELSE e.previous_legal_entity_id END AS legal_entity_id,
    CASE WHEN e.is_new THEN e.legal_entity_name ELSE e.previous_legal_entity_name END AS legal_entity_name,
    CASE WHEN e.is_new THEN e.business_establishment_id ELSE e.previous_business_establishment_id END AS business_establishment_id,
    CASE WHEN e.is_new THEN e.business_establishment_name ELSE e.previous_business_establishment_name END AS business_establishment_name,
    CASE WHEN e.is_new THEN e.department_id ELSE e.previous_department_id END AS department_id,
    CASE WHEN e.is_new THEN e.department_name ELSE e.previous_department_name END AS department_name,
    CASE WHEN e.is_new THEN e.employment_id ELSE e.previous_employment_id END AS employment_id,
    CASE WHEN e.is_new THEN e.template_id ELSE e.previous_template_id END AS template_id,
    CASE WHEN e.is_new THEN e.contract_term ELSE e.previous_contract_term END AS contract_term,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_legal_entity_id ELSE e.legal_entity_id END END AS other_legal_entity_id,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_legal_entity_name ELSE e.legal_entity_name END END AS other_legal_entity_name,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_business_establishment_id ELSE e.business_establishment_id END END AS other_business_establishment_id,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_business_establishment_name ELSE e.business_establishment_name END END AS other_business_establishment_name,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_department_id ELSE e.department_id END END AS other_department_id,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_department_name ELSE e.department_name END END AS other_department_name,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_employment_id ELSE e.employment_id END END AS other_employment_id,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_template_id ELSE e.template_id END END AS other_template_id,
    CASE WHEN e.has_other THEN CASE WHEN e.is_new THEN e.previous_contract_term ELSE e.contract_term END END AS other_contract_term,
    e.has_other AND e.legal_entity_differs AS legal_entity_changed,
    e.has_other AND e.business_establishment_differs AS business_establishment_changed,
    e.has_other AND e.department_differs AS department_changed
FROM events e
LEFT JOIN employees w ON w.id = e.employee_id
ORDER BY e.employee_id NULLS LAST, e.event_date NULLS LAST, e.event NULLS LAST
