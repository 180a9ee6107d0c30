using SkiaSharp;
using Xunit;

namespace ExactCompression.Tests.Plotting;

/// <summary>A picture's pixels, by a decoder that did not write them.</summary>
internal sealed class Pixels
{
    private readonly SKColor[] colors;

    public Pixels(byte[] png)
    {
        Assert.Equal((byte[])[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        using SKBitmap bitmap = SKBitmap.Decode(png);
        (Width, Height, colors) = (bitmap.Width, bitmap.Height, bitmap.Pixels);
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>The runs of given colours along each row of pixels, left to right; one letter a run.</summary>
    public IEnumerable<string> Rows(IReadOnlyDictionary<string, char> letters) =>
        Enumerable.Range(0, Height).Select(y => Runs(Enumerable.Range(0, Width).Select(x => this[x, y]), letters));

    /// <summary>How many pixels a colour has in the longest run of a column, for each column that has it.</summary>
    public int Tallest(string color)
    {
        int tallest = 0;
        for (int x = 0; x < Width; x++)
        {
            int run = 0;
            for (int y = 0; y < Height; y++)
            {
                run = this[x, y] == color ? run + 1 : 0;
                tallest = Math.Max(tallest, run);
            }
        }

        return tallest;
    }

    /// <summary>How many pixels have a colour.</summary>
    public int Count(string color) => Enumerable.Range(0, Width * Height).Count(at => this[at % Width, at / Width] == color);

    private string this[int x, int y] => colors[y * Width + x] is var c ? $"#{c.Red:X2}{c.Green:X2}{c.Blue:X2}" : "";

    private static string Runs(IEnumerable<string> row, IReadOnlyDictionary<string, char> letters)
    {
        var runs = new List<char>();
        string last = "";
        foreach (string color in row)
        {
            if (color != last && letters.TryGetValue(color, out char letter))
                runs.Add(letter);
            last = color;
        }

        return string.Concat(runs);
    }
}
