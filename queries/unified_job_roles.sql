-- unified_job_roles: one row per job position, past and future ones included, and one per job qualification, with the
--   column names of unified HRIS models. The two kinds of ids are independent: read type and id together
-- label: Job roles (unified model) | Postes (modèle unifié)
-- key type, id
-- column type string! directory: job_position or job_qualification
-- label type: Position or qualification | Poste ou qualification
-- column id string! none: the job position or the job qualification
-- source id: job_positions.id or job_qualifications.id
-- label id: ID | Identifiant
-- column remote_id string directory: identifier of the job position in the customer's other systems
-- source remote_id: job_positions.remote_id
-- column name string directory: job title, or title of the qualification
-- source name: job_positions.job_title or job_qualifications.title
-- label name: Job title or qualification | Intitulé de poste ou qualification
-- column description string directory: profession of the qualification; null when it is not visible
-- source description: professions.title
-- label description: Profession | Métier
-- column level int32 directory: rank of the qualification, higher is higher
-- source level: job_qualifications.rank
-- label level: Qualification rank | Rang de la qualification
-- column job_qualification_id string directory: qualification of the job position, or the qualification itself
-- source job_qualification_id: job_positions.job_qualification_id or job_qualifications.id
-- label job_qualification_id: Job qualification ID | Identifiant de la qualification
-- column employee_id string directory: who holds the job position
-- source employee_id: job_positions.employee_id
-- column employment_id string directory: employment the job position belongs to
-- source employment_id: job_positions.employment_id
-- column group_id string directory: department of the job position, a row of unified_groups when visible
-- source group_id: job_positions.department_id
-- label group_id: Department ID | Identifiant du département
-- column location_id string directory: establishment of the job position, a row of unified_locations when visible
-- source location_id: job_positions.business_establishment_id
-- label location_id: Establishment ID | Identifiant de l'établissement
-- column manager_id string directory: employee who manages the job position
-- source manager_id: job_positions.manager_id
-- column effective_date date directory: first day of the job position
-- source effective_date: job_positions.starts_on
-- label effective_date: Position start date | Date de début de poste
-- column end_date date personal: last day of the job position, included; null when open-ended
-- source end_date: job_positions.ends_on
-- label end_date: Position end date | Date de fin de poste
-- column created_at timestamp none: when the record was created
-- source created_at: job_positions.created_at or job_qualifications.created_at
-- label created_at: Created at | Créé le
-- column updated_at timestamp none: when the record was last changed
-- source updated_at: job_positions.last_updated_at or job_qualifications.last_updated_at
-- label updated_at: Last updated at | Dernière modification le
-- lowered rows to directory: every job position has a row; where somebody works is what colleagues see of each other
WITH qualifications AS (
    SELECT
        q.id,
        q.title,
        c.title AS profession_title,
        q.rank,
        q.created_at,
        q.last_updated_at
    FROM job_qualifications q
    LEFT JOIN professions c ON c.id = q.profession_id
),

roles AS (
    SELECT
        'job_position' AS type,
        p.id,
        p.remote_id,
        p.job_title AS name,
        q.profession_title AS description,
        q.rank AS level,
        p.job_qualification_id,
        p.employee_id,
        p.employment_id,
        p.department_id AS group_id,
        p.business_establishment_id AS location_id,
        p.manager_id,
        p.starts_on AS effective_date,
        p.ends_on AS end_date,
        p.created_at,
        p.last_updated_at AS updated_at
    FROM job_positions p
    LEFT JOIN qualifications q ON q.id = p.job_qualification_id
    UNION ALL
    SELECT
        'job_qualification' AS type,
        q.id,
        CAST(NULL AS STRING) AS remote_id,
        q.title AS name,
        q.profession_title AS description,
        q.rank AS level,
        q.id AS job_qualification_id,
        CAST(NULL AS STRING) AS employee_id,
        CAST(NULL AS STRING) AS employment_id,
        CAST(NULL AS STRING) AS group_id,
        CAST(NULL AS STRING) AS location_id,
        CAST(NULL AS STRING) AS manager_id,
        CAST(NULL AS DATE) AS effective_date,
        CAST(NULL AS DATE) AS end_date,
        q.created_at,
        q.last_updated_at AS updated_at
    FROM qualifications q
)

SELECT * FROM roles
ORDER BY type NULLS LAST, id NULLS LAST
