using System.Globalization;
using CsvHelper;

namespace ExactCompression.Formats;

/// <summary>
/// Which input each row of a CSV is about: as its column <c>Input</c> says, else in the order of the rows. Other columns that number the
/// rows otherwise are refused, since a domain whose inputs are mixed up would be another one.
/// </summary>
internal sealed class CsvRowOrder
{
    private readonly string[] header;
    private readonly int inputAt;
    private readonly bool[] mayNumber;
    private readonly List<int> inputs = [];
    private readonly int[] last;
    private readonly int[] falls;
    private int rows;

    /// <summary>Prepares for rows.</summary>
    /// <param name="header">Names of the columns.</param>
    /// <param name="inputAt">The column that says which input a row is about, from 0; -1 for none.</param>
    /// <param name="known">Columns that say something else.</param>
    public CsvRowOrder(string[] header, int inputAt, int[] known)
    {
        (this.header, this.inputAt) = (header, inputAt);
        mayNumber = [.. Enumerable.Range(0, header.Length).Select(i => i != inputAt && !known.Contains(i))];
        (last, falls) = (new int[header.Length], new int[header.Length]);
    }

    /// <summary>Takes a row.</summary>
    /// <param name="csv">The reader, at the row.</param>
    public void Add(CsvReader csv)
    {
        if (inputAt >= 0)
            inputs.Add(Whole(csv, inputAt) ?? -1);
        for (int i = 0; i < mayNumber.Length; i++)
        {
            if (!mayNumber[i])
                continue;
            if (Whole(csv, i) is { } number)
            {
                falls[i] += rows > 0 && number < last[i] ? 1 : 0;
                last[i] = number;
            }
            else
            {
                mayNumber[i] = false;
            }
        }

        rows++;
    }

    /// <summary>For each input the row about it, from 0.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InvalidFileException">The rows are not about one input each.</exception>
    public int[] Places(string path)
    {
        for (int i = 0; inputAt < 0 && i < mayNumber.Length; i++)
        {
            if (mayNumber[i] && falls[i] > 0)
                throw new InvalidFileException(
                    "DomainCsvOrder", path, $"column '{PrintableText.Of(header[i].Trim())}'",
                    "The column numbers the rows, but not in order.",
                    "Name it Input if it counts the inputs from 0, or sort the rows by input and leave the column out.");
        }

        if (inputAt < 0)
            return [.. Enumerable.Range(0, rows)];
        int[] places = new int[rows];
        Array.Fill(places, -1);
        for (int row = 0; row < rows; row++)
        {
            int input = inputs[row];
            if (input < 0 || input >= rows || places[input] >= 0)
                throw new InvalidFileException(
                    "DomainCsvOrder", path, "column 'Input'",
                    $"The rows are not about the inputs 0 to {rows - 1}, one each: row {row + 1} is not the first about one of them.",
                    "Number the inputs from 0, each once, or leave the column out and give the rows in order.");
            places[input] = row;
        }

        return places;
    }

    private static int? Whole(CsvReader csv, int field) =>
        int.TryParse(csv.GetString(field), NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
