-- employee_names: one row per person
-- internal
-- column employee_id string! none: the person
-- column full_name string directory: given and family name, the one of them that there is, or null without any; an empty name
--   is none
SELECT
    id AS employee_id,
    NULLIF(TRIM(BOTH ' ' FROM COALESCE(given_name, '') || ' ' || COALESCE(family_name, '')), '') AS full_name
FROM employees
