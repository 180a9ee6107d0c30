using ExactCompression.Tests.Compression;
using Xunit;

namespace ExactCompression.Tests.Plotting;

/// <summary>Reports on networks of unusual sizes; the module's tests look at those of ordinary ones.</summary>
public sealed class StabilityReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("exactcompression-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Page_ManyNeurons_IsBoundedInSize()
    {
        string page = Page(StabilityTable.Undecided(Wide(30000)));
        Assert.InRange(page.Length, 100_000, 3_000_000);
        Assert.Contains("<img src=\"data:image/png;base64,", page, StringComparison.Ordinal);
        Assert.Contains("The first 2,000 of 30,000 neurons", page, StringComparison.Ordinal);
        Assert.Contains("No bounds are known", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_NeuronsLeftOpen_SaysAtLeastAndHowMany()
    {
        ReluNetwork network = new([Nets.Hidden([1, 0, 1], [0, 1, -2]), Nets.Output([1, 1, 0])]);
        StabilityTable whole = Nets.Table(network, InputDomain.Unit, "au");
        string page = Page(whole);
        Assert.Contains("1 of 2 hidden neurons (50.0 %) is stable over [0,1]^2.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("At least", page, StringComparison.Ordinal);
        page = Page(StabilityTable.Undecided(network));
        Assert.Contains(
            "At least 0 of 2 hidden neurons (0.0 %) are stable over [0,1]^2; whether 2 more (100.0 %) are is open.", page,
            StringComparison.Ordinal);
        Assert.Contains("2 neurons are undetermined: ", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_NothingRemoved_SaysSo()
    {
        ReluNetwork network = new([Nets.Hidden([1, 0, -1], [0, 1, -2]), Nets.Output([1, 1, 0])]);
        CompressionResult result = LeoCompression.Compress(StabilityTable.Undecided(network), new(), default);
        string page = StabilityReport.Of(result).Page(null, default);
        Assert.Contains($"Nothing was removed from {network.Architecture}: ", page, StringComparison.Ordinal);
        Assert.Contains("2 neurons are undetermined, and no step", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_NoHiddenNeurons_HasTheNetworkAlone()
    {
        string page = Page(StabilityTable.Undecided(new([Nets.Output([1, 0])])));
        Assert.Contains("The network has no hidden neurons.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<figure>", page, StringComparison.Ordinal);
        Assert.EndsWith("</html>\n", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_ImportedTable_SaysThatNothingIsProven()
    {
        StabilityTable table = Nets.Table(new([Nets.Hidden([1, 0, 1], [0, 1, -2]), Nets.Output([1, 1, 0])]), InputDomain.Unit, "au");
        string page = Page(new(table.Network, table.Domain, table.Neurons));
        Assert.Contains("class=\"warning\"", page, StringComparison.Ordinal);
        Assert.Contains("not proven here", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Cancelled_LeavesWhatWasThere()
    {
        string file = Path.Combine(folder, "report.html");
        File.WriteAllText(file, "mine");
        Assert.Throws<OperationCanceledException>(
            () => StabilityReport.Of(StabilityTable.Undecided(Wide(3))).Write(file, cancellation: new(canceled: true)));
        Assert.Equal("mine", File.ReadAllText(file));
        Assert.Equal([file], Directory.EnumerateFileSystemEntries(folder));
    }

    private static string Page(StabilityTable table) => StabilityReport.Of(table).Page(null, CancellationToken.None);

    private static ReluNetwork Wide(int neurons) => new(
    [
        new AffineLayer(new double[neurons], new double[neurons], neurons, 1, Activation.Relu),
        new AffineLayer(new double[neurons], [0], 1, neurons, Activation.Identity),
    ], "wide");
}
