using System.Globalization;
using System.Text;

namespace ExactCompression.Cmdlets.Tests;

/// <summary>A sweep's CSV as another program reads it: by the rules of RFC 4180 and nothing else.</summary>
internal sealed class SweepFile
{
    private static readonly string[] KeyColumns = ["Network", "Source", "Domain", "DomainFingerprint", "Method", "Preprocess", "Levels"];

    private SweepFile(string[] columns, List<Dictionary<string, string>> rows) => (Columns, Rows) = (columns, rows);

    public string[] Columns { get; }

    public List<Dictionary<string, string>> Rows { get; }

    /// <summary>How many of the rows are of cells of their own.</summary>
    public int Cells => Rows.Select(static row => string.Join('|', KeyColumns.Select(column => row[column]))).Distinct().Count();

    public static SweepFile Read(string path)
    {
        List<string[]> records = [.. Records(File.ReadAllText(path, Encoding.UTF8))];
        Assert.All(records, record => Assert.Equal(records[0].Length, record.Length));
        return new(
            records[0],
            [.. records.Skip(1).Select(record => records[0].Zip(record).ToDictionary(static c => c.First, static c => c.Second))]);
    }

    public static double Number(Dictionary<string, string> row, string column) =>
        double.Parse(row[column], NumberStyles.Float, CultureInfo.InvariantCulture);

    private static IEnumerable<string[]> Records(string text)
    {
        var fields = new List<string>();
        var field = new StringBuilder();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (quoted && text[i] == '"' && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[i++]);
            else if (text[i] == '"')
                quoted = !quoted;
            else if (quoted || text[i] is not (',' or '\n' or '\r'))
                field.Append(text[i]);
            else if (text[i] is ',' or '\n')
            {
                fields.Add(field.ToString());
                field.Clear();
                if (text[i] == '\n')
                {
                    yield return [.. fields];
                    fields.Clear();
                }
            }
        }

        Assert.False(quoted);
        Assert.Empty(fields);
        Assert.Equal(0, field.Length);
    }
}
