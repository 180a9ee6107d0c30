namespace ExactCompression.Plotting.Reports;

/// <summary>A table: what a row is of stands first and is the row's heading, numbers are aligned to the right.</summary>
internal static class HtmlTable
{
    /// <summary>Tables with more columns than these are set more closely, to fit beside each other in a window of ordinary width.</summary>
    private const int ManyColumns = 8;

    /// <summary>Writes a table with headings over its columns.</summary>
    /// <param name="page">The page.</param>
    /// <param name="caption">What the table shows.</param>
    /// <param name="columns">The headings, and whether the column is one of text.</param>
    /// <param name="rows">A cell for each column.</param>
    public static void Write(
        HtmlWriter page, string caption, IReadOnlyList<(string Heading, bool IsText)> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        Open(page, caption, columns.Count > ManyColumns ? "many" : null);
        page.Open("thead").Open("tr");
        foreach ((string heading, bool isText) in columns)
            page.Element("th", heading, ("scope", "col"), ("class", isText ? "text" : null));
        page.Close("tr").Close("thead").Open("tbody");
        foreach (IReadOnlyList<string> row in rows)
        {
            page.Open("tr").Element("th", row[0], ("scope", "row"), ("class", columns[0].IsText ? "text" : null));
            for (int column = 1; column < row.Count; column++)
                page.Element("td", row[column], ("class", columns[column].IsText ? "text" : null));
            page.Close("tr");
        }

        Close(page);
    }

    /// <summary>Writes a table of names and what they stand for, without headings over its columns.</summary>
    /// <param name="page">The page.</param>
    /// <param name="caption">What the table shows.</param>
    /// <param name="rows">Name and value; one without a value is left out.</param>
    public static void Facts(HtmlWriter page, string caption, IEnumerable<(string Name, string? Value)> rows)
    {
        Open(page, caption, "facts");
        page.Open("tbody");
        foreach ((string name, string? value) in rows.Where(static r => !string.IsNullOrEmpty(r.Value)))
            page.Open("tr").Element("th", name, ("scope", "row"), ("class", "text")).Element("td", value!, ("class", "text")).Close("tr");
        Close(page);
    }

    // A table that is wider than the screen is scrolled by itself, with the keyboard too.
    private static void Open(HtmlWriter page, string caption, string? kind = null) =>
        page.Open("div", ("class", "wide"), ("tabindex", "0"), ("role", "region"), ("aria-label", caption))
            .Open("table", ("class", kind)).Element("caption", caption);

    private static void Close(HtmlWriter page) => page.Close("tbody").Close("table").Close("div");
}
