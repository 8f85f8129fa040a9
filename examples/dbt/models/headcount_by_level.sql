-- People of the as-of date by depth in the department tree.
SELECT
    d.level,
    count(DISTINCT p.department_id) AS departments,
    count(*) AS people
FROM {{ source('lucca', 'people_current') }} AS p
INNER JOIN {{ source('lucca', 'departments') }} AS d ON p.department_id = d.id
GROUP BY d.level
