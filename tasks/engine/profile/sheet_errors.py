"""What spreadsheets write in place of a value that they could not work out."""

# Of Excel and LibreOffice in English, German, French, Spanish, Portuguese, Italian and Dutch: by
# name, as a word behind a number sign may be anything else. For patterns that look away from case.
SHEET_ERRORS = (
    r"#(?:div/0!|n/a|nv|n/d|n/b|¡?(?:ref|value|num|null|spill|calc|field|blocked|connect|bezug|wert"
    r"|zahl|nul|valeur|nombre|valor|núm|nulo|rif|valore|nullo|verw|waarde|getal|leeg|überlauf)!"
    r"|¿?(?:name|nom|nombre|nome|naam)\?)"
)
