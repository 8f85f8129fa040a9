-- applicable_positions: one row per employment with a job position: the one valid on the as-of date, else the first upcoming
--   one, else the last one; among equals the one that started latest (upcoming: first), then the one with the smallest id
-- internal
-- column id string! none: the job position
-- column employment_id string! none: the employment
-- column business_establishment_id string directory: its establishment
-- column department_id string directory: its department
-- column manager_id string directory: employee who manages it
-- column job_title string directory: its title
-- column job_qualification_id string directory: its qualification
-- column occupation_category_id string personal: its occupation category
WITH classed AS (
    SELECT
        id,
        employment_id,
        business_establishment_id,
        department_id,
        manager_id,
        job_title,
        job_qualification_id,
        occupation_category_id,
        starts_on,
        CASE
            WHEN starts_on > CAST($as_of AS DATE) THEN 2
            WHEN starts_on <= CAST($as_of AS DATE) AND (ends_on IS NULL OR ends_on >= CAST($as_of AS DATE)) THEN 1
            ELSE 3
        END AS class
    FROM job_positions
),

ranked AS (
    SELECT
        classed.*,
        ROW_NUMBER() OVER (
            PARTITION BY employment_id
            ORDER BY
                class,
                CASE WHEN class = 2 THEN starts_on END NULLS LAST,
                starts_on DESC NULLS LAST,
                id
        ) AS choice
    FROM classed
)

SELECT
    id,
    employment_id,
    business_establishment_id,
    department_id,
    manager_id,
    job_title,
    job_qualification_id,
    occupation_category_id
FROM ranked
WHERE choice = 1
