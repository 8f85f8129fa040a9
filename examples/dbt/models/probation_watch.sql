-- Probationary periods that end within 90 days, with the department that decides.
SELECT
    b.employee_id,
    b.department_name,
    b.ends_on,
    b.days_left
FROM {{ source('lucca', 'probation_deadlines') }} AS b
WHERE b.days_left BETWEEN 0 AND 90
