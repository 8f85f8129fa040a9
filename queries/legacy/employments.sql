-- employments: one row per work contract, and one for the contract dates of each user of whom no contract can be read,
--   because the route may not be read, or because the key does not see theirs
SELECT
    id,
    NULL AS url,
    external_id AS remote_id,
    employee_id,
    legal_unit_id AS legal_entity_id,
    status,
    starts_on AS start_date,
    ends_on AS end_date,
    file_id AS document_id,
    type_id AS template_id,
    created_at,
    last_modified_at AS last_updated_at,
    _extra,
    _extracted_at,
    _run_id
FROM contracts
ORDER BY id
