using System.Xml.Linq;
using ExactCompression.Tests.Compression;
using Xunit;

namespace ExactCompression.Tests.Plotting;

public sealed class PictureTests : IDisposable
{
    private const string Blue = "#0072B2", Orange = "#E69F00", Grey = "#B4BAC2", Purple = "#CC79A7";
    private static readonly Dictionary<string, char> States = new() { [Blue] = 'a', [Orange] = 'i', [Grey] = 'u', [Purple] = '?' };

    private readonly string folder = Directory.CreateTempSubdirectory("exactcompression-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void States_Png_HasACellForEachNeuronInTheColourOfItsState()
    {
        var pixels = new Pixels(Png(StabilityPlot.States(Table("aiu?ua", "uuia"))));
        string[] rows = [.. pixels.Rows(States).Distinct()];
        Assert.Contains("aiu?ua", rows);
        Assert.Contains("uuia", rows);
        // The legend, the layers and what lies between: nothing else.
        Assert.Equal(["", "aiu?", "aiu?ua", "uuia"], rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void States_WideLayers_AreBrokenIntoRows()
    {
        string layer = string.Concat(Enumerable.Range(0, 120).Select(static i => "aiu"[i % 3]));
        string[] rows = [.. new Pixels(Png(StabilityPlot.States(Table(layer)))).Rows(States).Distinct()];
        Assert.Equal(layer[..50], Assert.Single(rows, row => row.Length == 50 && row == layer[..50]));
        Assert.Contains(layer[50..100], rows);
        Assert.Contains(layer[100..], rows);
    }

    [Theory]
    [InlineData(1, 7)]
    [InlineData(4, 1000)]
    [InlineData(1, 30000)]
    public void States_AnyWidths_AreNotBlankAndFit(int depth, int width)
    {
        var random = new Random(1);
        string[] layers = [.. Enumerable.Range(0, depth).Select(
            _ => string.Concat(Enumerable.Range(0, width).Select(_ => "aiu?"[random.Next(4)])))];
        var pixels = new Pixels(Png(StabilityPlot.States(Table(layers))));
        Assert.InRange(pixels.Height, 100, 2500);
        Assert.All(States.Keys, color => Assert.True(pixels.Count(color) > 100));
    }

    [Fact]
    public void Bounds_Png_DrawsBarsToScale()
    {
        StabilityTable table = WithBounds(Table("iua"), (-2, -1), (-1, 1), (1, 4));
        var pixels = new Pixels(Png(StabilityPlot.Bounds(table)));
        int unit = pixels.Tallest(Orange);
        Assert.InRange(unit, 15, 60);
        // The zero line cuts the bar that crosses it, and hides a pixel or two.
        Assert.InRange(pixels.Tallest(Grey), unit - 3, unit + 1);
        // A run leaves out up to two rows of pixels that a bar covers in part.
        Assert.InRange(pixels.Tallest(Blue), 3 * unit - 3, 3 * unit + 6);
    }

    [Fact]
    public void Bounds_OpenEnds_RunToTheEdgeAndAreNoted()
    {
        Picture picture = StabilityPlot.Bounds(
            WithBounds(Table("u?a"), (-1, 1), (double.NegativeInfinity, 2), (0, double.PositiveInfinity)));
        Assert.Contains("2 neurons", Assert.Single(picture.Notes), StringComparison.Ordinal);
        Png(picture);
        var none = Assert.Throws<InvalidInputException>(() => StabilityPlot.Bounds(Table("ua")));
        Assert.Equal("TableHasNoBounds", none.ErrorId);
    }

    [Theory]
    [InlineData(300, null, 1.0)]
    [InlineData(960, 500, 2.0)]
    [InlineData(640, null, 1.5)]
    public void Write_Options_GiveTheSize(int width, int? height, double scale)
    {
        var pixels = new Pixels(Png(StabilityPlot.States(Table("aiu")), new() { Width = width, Height = height, Scale = scale }));
        Assert.Equal((int)Math.Round(width * scale), pixels.Width);
        if (height is { } h)
            Assert.Equal((int)Math.Round(h * scale), pixels.Height);
    }

    [Fact]
    public void TitleNote_CharactersThatNoFontHas_AreSaid()
    {
        Picture picture = StabilityPlot.States(Table("aiu"));
        Assert.Null(picture.TitleNote());
        Assert.Contains("'?'", picture.TitleNote(new() { Title = "\U000F0000 of no script" }), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_States_NumbersNoNeuronsThatAreNotThere()
    {
        string file = Path.Combine(folder, "one.svg");
        StabilityPlot.States(Table("u")).Write(file, new() { Title = "one" });
        string[] texts = [.. XDocument.Load(file).Root!.Descendants().Where(static e => e.Name.LocalName == "text").Select(
            static e => e.Value.Trim())];
        Assert.DoesNotContain("2", texts);
        Assert.Contains("0", texts);
    }

    [Fact]
    public void Write_Svg_IsXmlWithTextAndTheColours()
    {
        string file = Path.Combine(folder, "states.svg");
        StabilityPlot.States(Table("aiu", "ua")).Write(file, new() { Title = "a < b & c", Scale = 2 });
        XElement root = XDocument.Load(file).Root!;
        Assert.Equal("960", (string?)root.Attribute("viewBox") is { } box ? box.Split(' ')[2] : "");
        Assert.Equal("1920", (string?)root.Attribute("width"));
        string[] texts = [.. root.Descendants().Where(static e => e.Name.LocalName == "text").Select(static e => e.Value.Trim())];
        Assert.Contains("a < b & c", texts);
        Assert.Contains("Layer 1: 3 neurons, 1 stably active, 1 stably inactive, 1 unstable", texts);
        Assert.Contains("stably active: 2 (40.0 %)", texts);
        Assert.All(root.Descendants().Where(static e => e.Name.LocalName == "text"), static text =>
        {
            Assert.Contains("sans-serif", (string?)text.Attribute("font-family"), StringComparison.Ordinal);
            Assert.DoesNotContain(",", (string?)text.Attribute("x"), StringComparison.Ordinal);
        });
        Assert.Contains(root.Descendants(), static e => (string?)e.Attribute("fill") == Blue);
    }

    [Fact]
    public void Write_SeveralThreads_GiveTheSameBytes()
    {
        CompressionResult result = Nets.Compress(new([Nets.Hidden([1, 0, 1], [0, 1, -2], [1, 1, -1]), Nets.Output([1, 1, 1, 0])]), "aiu");
        byte[] expected = Png(StabilityPlot.Layers(result));
        var files = new byte[8][];
        Parallel.For(0, files.Length, i => files[i] = Png(StabilityPlot.Layers(result)));
        Assert.All(files, file => Assert.Equal(expected, file));
    }

    [Theory]
    [InlineData("plot.gif", "PictureFormat")]
    [InlineData("plot", "PictureFormat")]
    public void Write_OtherExtension_IsRefused(string name, string id)
    {
        var e = Assert.Throws<InvalidInputException>(() => StabilityPlot.States(Table("a")).Write(Path.Combine(folder, name)));
        Assert.Equal(id, e.ErrorId);
        Assert.Contains(".png or .svg", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Theory]
    [InlineData(10, null, 1.0)]
    [InlineData(960, 100000, 1.0)]
    [InlineData(960, null, double.NaN)]
    public void Write_AbsurdSize_IsRefused(int width, int? height, double scale)
    {
        var e = Assert.Throws<InvalidInputException>(
            () => Png(StabilityPlot.States(Table("a")), new() { Width = width, Height = height, Scale = scale }));
        Assert.Equal("PictureSize", e.ErrorId);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public void Write_TargetIsAFolder_LeavesNothingBeside()
    {
        string target = Directory.CreateDirectory(Path.Combine(folder, "plot.png")).FullName;
        Assert.Throws<IOException>(() => StabilityPlot.States(Table("a")).Write(target));
        Assert.Equal([target], Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public void States_NoHiddenNeurons_SaysSo()
    {
        var e = Assert.Throws<InvalidInputException>(() => StabilityPlot.States(StabilityTable.Undecided(new([Nets.Output([1, 0])]))));
        Assert.Equal("NetworkHasNoNeurons", e.ErrorId);
    }

    private static StabilityTable Table(params string[] layers)
    {
        int[] widths = [1, .. layers.Select(static l => l.Length), 1];
        AffineLayer[] made = [.. Enumerable.Range(1, widths.Length - 1).Select(
            l => new AffineLayer(
                new double[widths[l] * widths[l - 1]], new double[widths[l]], widths[l], widths[l - 1],
                l == widths.Length - 1 ? Activation.Identity : Activation.Relu))];
        return Nets.Table(new(made, "made"), InputDomain.Unit, layers);
    }

    private static StabilityTable WithBounds(StabilityTable table, params (double Lower, double Upper)[] bounds) =>
        new(table.Network, table.Domain,
            [.. table.Neurons.Select(
                (n, at) =>
                    new NeuronStability { Layer = n.Layer, Neuron = n.Neuron, State = n.State, LowerBound = bounds[at].Lower,
                        UpperBound = bounds[at].Upper })]);

    private byte[] Png(Picture picture, PictureOptions? options = null)
    {
        string file = Path.Combine(folder, Guid.NewGuid().ToString("N") + ".png");
        picture.Write(file, options);
        return File.ReadAllBytes(file);
    }
}
