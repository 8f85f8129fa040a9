-- movements: one row per person and event, past and future, read off the rows of assignment_history that follow each
--   other. joiner: first day in employment ever; rehire: first day after days without employment; leaver: first day
--   without; transfer_in and transfer_out: another legal entity, establishment or department than the day before, seen
--   from the new one and from the old one; contract_change: another employment than the day before, with or without a
--   transfer
-- key employee_id, event, event_date
-- column employee_id string! none: the person
-- source employee_id: assignment_history.employee_id
-- column employee_given_name string directory: given name; null when the employee is not visible
-- source employee_given_name: employees.given_name
-- column employee_family_name string directory: family name; null when the employee is not visible
-- source employee_family_name: employees.family_name
-- column employee_email string directory: e-mail address; null when the employee is not visible
-- source employee_email: employees.email
-- column event string! personal: joiner, rehire, leaver, transfer_in, transfer_out or contract_change
-- column event_date date! personal: first day on which it is so: for a leaver the first day without employment, for a
--   transfer_out the first day elsewhere
-- source event_date: assignment_history.valid_from; valid_to for leaver and transfer_out
-- column last_day date personal: last day before event_date, of leaver and transfer_out only
-- column is_future boolean! personal: whether event_date is after the as-of date
-- column legal_entity_id string directory: legal entity that the person comes to; of a leaver or transfer_out, leaves
-- source legal_entity_id: assignment_history.legal_entity_id
-- column legal_entity_name string directory: its legal name; null when the legal entity is not visible
-- source legal_entity_name: legal_entities.legal_name
-- column business_establishment_id string directory: establishment that the person comes to or leaves
-- source business_establishment_id: assignment_history.business_establishment_id
-- column business_establishment_name string directory: its name; null when the establishment is not visible
-- source business_establishment_name: business_establishments.name
-- column department_id string directory: department that the person comes to or leaves
-- source department_id: assignment_history.department_id
-- column department_name string directory: its name; null when the department is not visible
-- source department_name: departments.name
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
-- column other_legal_entity_name string personal: its legal name; null when the legal entity is not visible
-- source other_legal_entity_name: legal_entities.legal_name
-- column other_business_establishment_id string personal: the establishment at the other end
-- source other_business_establishment_id: assignment_history.business_establishment_id
-- column other_business_establishment_name string personal: its name; null when the establishment is not visible
-- source other_business_establishment_name: business_establishments.name
-- column other_department_id string personal: the department at the other end
-- source other_department_id: assignment_history.department_id
-- column other_department_name string personal: its name; null when the department is not visible
-- source other_department_name: departments.name
-- column other_employment_id string personal: the employment at the other end
-- source other_employment_id: assignment_history.employment_id
-- column other_template_id string personal: the template at the other end
-- source other_template_id: assignment_history.template_id
-- column other_contract_term string personal: the term at the other end
-- source other_contract_term: assignment_history.contract_term
-- column legal_entity_changed boolean! personal: whether both ends differ in it; false without another end
-- column business_establishment_changed boolean! personal: whether both ends differ in it; false without another end
-- column department_changed boolean! personal: whether both ends differ in it; false without another end

-- A person's stretches are numbered and each is joined with its neighbours: one window function costs less than eighteen.
WITH numbered AS (
    SELECT
        employee_id,
        valid_from,
        valid_to,
        legal_entity_id,
        business_establishment_id,
        department_id,
        employment_id,
        template_id,
        contract_term,
        ROW_NUMBER() OVER (PARTITION BY employee_id ORDER BY valid_from) AS number
    FROM assignment_history
),

stretches AS (
    SELECT
        s.employee_id,
        s.valid_from,
        s.valid_to,
        s.legal_entity_id,
        s.business_establishment_id,
        s.department_id,
        s.employment_id,
        s.template_id,
        s.contract_term,
        p.valid_to AS previous_to,
        n.valid_from AS next_from,
        p.legal_entity_id AS previous_legal_entity_id,
        p.business_establishment_id AS previous_business_establishment_id,
        p.department_id AS previous_department_id,
        p.employment_id AS previous_employment_id,
        p.template_id AS previous_template_id,
        p.contract_term AS previous_contract_term,
        n.legal_entity_id AS next_legal_entity_id,
        n.business_establishment_id AS next_business_establishment_id,
        n.department_id AS next_department_id,
        n.employment_id AS next_employment_id,
        n.template_id AS next_template_id,
        n.contract_term AS next_contract_term
    FROM numbered s
    LEFT JOIN numbered p ON p.employee_id = s.employee_id AND p.number = s.number - 1
    LEFT JOIN numbered n ON n.employee_id = s.employee_id AND n.number = s.number + 1
),

-- Each stretch looks back (-1) from its first day and forward (1) from its end.
faces AS (
    SELECT
        s.employee_id,
        d.direction,
        CASE WHEN d.direction = -1 THEN s.valid_from ELSE s.valid_to END AS event_date,
        d.direction = -1 AND s.previous_employment_id IS NULL AS is_first,
        COALESCE(CASE WHEN d.direction = -1 THEN s.previous_to = s.valid_from ELSE s.next_from = s.valid_to END, FALSE)
            AS is_adjacent,
        s.legal_entity_id,
        s.business_establishment_id,
        s.department_id,
        s.employment_id,
        s.template_id,
        s.contract_term,
        CASE WHEN d.direction = -1 THEN s.previous_legal_entity_id ELSE s.next_legal_entity_id END AS other_legal_entity_id,
        CASE WHEN d.direction = -1 THEN s.previous_business_establishment_id ELSE s.next_business_establishment_id END AS other_business_establishment_id,
        CASE WHEN d.direction = -1 THEN s.previous_department_id ELSE s.next_department_id END AS other_department_id,
        CASE WHEN d.direction = -1 THEN s.previous_employment_id ELSE s.next_employment_id END AS other_employment_id,
        CASE WHEN d.direction = -1 THEN s.previous_template_id ELSE s.next_template_id END AS other_template_id,
        CASE WHEN d.direction = -1 THEN s.previous_contract_term ELSE s.next_contract_term END AS other_contract_term
    FROM (VALUES (-1), (1)) AS d (direction)
    CROSS JOIN stretches s
),

-- Null is a value like another here: from an unknown department to a known one is a change.
compared AS (
    SELECT
        faces.*,
        is_adjacent AND legal_entity_id IS DISTINCT FROM other_legal_entity_id AS legal_entity_changed,
        is_adjacent AND business_establishment_id IS DISTINCT FROM other_business_establishment_id
            AS business_establishment_changed,
        is_adjacent AND department_id IS DISTINCT FROM other_department_id AS department_changed
    FROM faces
    WHERE event_date IS NOT NULL
),

events AS (
    SELECT
        e.event,
        c.*
    FROM (
        VALUES
            ('joiner', -1), ('rehire', -1), ('transfer_in', -1), ('contract_change', -1), ('leaver', 1), ('transfer_out', 1)
    ) AS e (event, direction)
    INNER JOIN compared c ON c.direction = e.direction
    WHERE CASE e.event
        WHEN 'joiner' THEN c.is_first
        WHEN 'rehire' THEN NOT c.is_first AND NOT c.is_adjacent
        WHEN 'leaver' THEN NOT c.is_adjacent
        WHEN 'contract_change' THEN c.is_adjacent AND c.employment_id <> c.other_employment_id
        ELSE c.legal_entity_changed OR c.business_establishment_changed OR c.department_changed
    END
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
    e.legal_entity_id,
    l.legal_name AS legal_entity_name,
    e.business_establishment_id,
    b.name AS business_establishment_name,
    e.department_id,
    d.name AS department_name,
    e.employment_id,
    e.template_id,
    e.contract_term,
    CASE WHEN e.is_adjacent THEN e.other_legal_entity_id END AS other_legal_entity_id,
    ol.legal_name AS other_legal_entity_name,
    CASE WHEN e.is_adjacent THEN e.other_business_establishment_id END AS other_business_establishment_id,
    ob.name AS other_business_establishment_name,
    CASE WHEN e.is_adjacent THEN e.other_department_id END AS other_department_id,
    od.name AS other_department_name,
    CASE WHEN e.is_adjacent THEN e.other_employment_id END AS other_employment_id,
    CASE WHEN e.is_adjacent THEN e.other_template_id END AS other_template_id,
    CASE WHEN e.is_adjacent THEN e.other_contract_term END AS other_contract_term,
    e.legal_entity_changed,
    e.business_establishment_changed,
    e.department_changed
FROM events e
LEFT JOIN employees w ON w.id = e.employee_id
LEFT JOIN legal_entities l ON l.id = e.legal_entity_id
LEFT JOIN business_establishments b ON b.id = e.business_establishment_id
LEFT JOIN departments d ON d.id = e.department_id
LEFT JOIN legal_entities ol ON e.is_adjacent AND ol.id = e.other_legal_entity_id
LEFT JOIN business_establishments ob ON e.is_adjacent AND ob.id = e.other_business_establishment_id
LEFT JOIN departments od ON e.is_adjacent AND od.id = e.other_department_id
ORDER BY e.employee_id NULLS LAST, e.event_date NULLS LAST, e.event NULLS LAST
