-- remuneration_natures: with a legacy key: one row per kind of remuneration, fixed or variable; the two kinds number theirs apart
-- label: Remuneration natures | Natures de rémunération
-- zone personal
-- without v4_fixed_natures, v4_variable_natures: each kind is read by itself
-- key kind, id
-- column id string! none: identifier of the nature, unique in its kind
-- label id: ID | Identifiant
-- column kind string! none: fixed, such as a salary, or variable, such as a bonus
-- label kind: Fixed or variable | Fixe ou variable
-- column name string sensitive: its name
-- label name: Remuneration nature | Nature de rémunération
-- column unit string sensitive: amount, which is money, or number, of something
-- label unit: Unit | Unité
-- column category_id string sensitive: its category; the two kinds number theirs apart
-- label category_id: Category ID | Identifiant de la catégorie
-- column category_code string sensitive: code of the category
-- label category_code: Category code | Code de la catégorie
-- column currency_code string sensitive: ISO 4217 code of the currency of all establishments that have it; null where they differ
-- label currency_code: Currency | Devise
-- column establishments string sensitive: the establishments that have it, with their currencies, as the API sends them
-- label establishments: Establishments | Établissements
WITH natures AS (
    SELECT 'fixed' AS kind, id, name, 'amount' AS unit, category_id, category_code, establishments, _extra, _extracted_at, _run_id
    FROM v4_fixed_natures
    UNION ALL
    SELECT
        'variable' AS kind, id, name, lower(type) AS unit, category_id, category_code, establishments, _extra, _extracted_at, _run_id
    FROM v4_variable_natures
),

places AS (
    SELECT kind, id, unnest(json_items(establishments)) AS place
    FROM natures
),

currencies AS (
    SELECT
        kind,
        id,
        MIN(json_text(json_get(place, 'currencyCode'))) AS least,
        MAX(json_text(json_get(place, 'currencyCode'))) AS greatest
    FROM places
    GROUP BY kind, id
)

SELECT
    n.id,
    n.kind,
    n.name,
    n.unit,
    n.category_id,
    n.category_code,
    CASE WHEN c.least = c.greatest THEN c.least END AS currency_code,
    n.establishments,
    n._extra,
    n._extracted_at,
    n._run_id
FROM natures n
LEFT JOIN currencies c ON c.kind = n.kind AND c.id = n.id
