using System.Globalization;
using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

/// <summary>
/// In which order layers are read. Each layer is one prime, in the order of the file, so the primes say which came where.
/// </summary>
public class LayerOrderTests
{
    private static readonly ImportOptions Names = new() { Order = LayerOrdering.Names }, File = new() { Order = LayerOrdering.File };

    [Theory]
    [InlineData("0.weight 2.weight 4.weight", "2 3 5")]
    [InlineData("features.0.weight features.2.0.weight features.2.1.weight features.10.weight", "2 3 5 7")]
    [InlineData("fc1.weight fc2.weight fc10.weight out.weight", "2 3 5 7")]
    [InlineData("hidden.weight a.weight out.weight", "2 3 5")] // no numbers, and not sorted: the file's order
    [InlineData("block.0.fc.weight block.0.act.weight block.1.fc.weight block.1.act.weight head.weight", "2 3 5 7 11")]
    public void Read_NamesAndFileAgree_GivesThatOrder(string names, string order)
    {
        (ReluNetwork network, List<string> warnings) = Import.Of(TorchFile.OfNames(names.Split(' ')));

        Assert.Equal(Numbers(order), network.FirstWeights());
        Assert.Contains("ReLU is assumed", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("layers.0.weight layers.1.weight layers.10.weight layers.11.weight layers.2.weight", "2 3 11 5 7")]
    [InlineData("block.0.10.weight block.0.2.weight block.1.weight", "3 2 5")] // sorted inside one block only
    [InlineData("in.weight fc10.weight fc2.weight", "2 5 3")]
    public void Read_FileSortedAsText_CountsAndSaysSo(string names, string order)
    {
        (ReluNetwork network, List<string> warnings) = Import.Of(TorchFile.OfNames(names.Split(' ')));

        Assert.Equal(Numbers(order), network.FirstWeights());
        Assert.Contains("sorted as text", warnings[0], StringComparison.Ordinal);
        Assert.Equal(2, warnings.Count);
    }

    [Theory]
    [InlineData("layers.2.weight layers.0.weight layers.1.weight", "3 5 2")]
    [InlineData("fc1.weight fc3.weight fc2.weight out.weight", "2 5 3 7")]
    public void Read_NumbersAndFileDisagree_AsksWhich(string names, string byNumber)
    {
        byte[] content = TorchFile.OfNames(names.Split(' '));

        InvalidFileException e = Import.Refused(content, "LayerOrderAmbiguous");

        Assert.Contains("-Order Names or -Order File", e.Message, StringComparison.Ordinal);
        Assert.Contains(
            string.Join(", ", names.Split(' ').Select(static n => n[..^".weight".Length])), e.Message,
            StringComparison.Ordinal); // the file's
        Assert.Equal(Numbers(byNumber), Import.Of(content, options: Names).Network.FirstWeights());
        Assert.Equal(Numbers("2 3 5 7")[..names.Split(' ').Length], Import.Of(content, options: File).Network.FirstWeights());
    }

    [Theory]
    [InlineData("generator.0.weight generator.2.weight discriminator.0.weight discriminator.2.weight", "'generator.', 'discriminator.'")]
    [InlineData("a.net.0.weight a.net.1.weight b.net.0.weight b.net.1.weight out.weight", "'a.net.', 'b.net.'")]
    [InlineData("gen_fc1.weight gen_fc2.weight disc_fc1.weight disc_fc2.weight", "'gen_fc', 'disc_fc'")]
    [InlineData("g.up.weight g.down.weight d.up.weight d.down.weight", "'g.', 'd.'")]
    [InlineData(
        "nets.0.0.weight nets.0.2.weight nets.1.0.weight nets.1.2.weight", "'nets.0.', 'nets.1.'")] // an ensemble, or a chain of blocks
    public void Read_SeveralNetworks_AreNamed(string names, string prefixes)
    {
        byte[] content = TorchFile.OfNames(names.Split(' '));

        InvalidFileException e = Import.Refused(content, "SeveralNetworks");

        Assert.Contains(prefixes, e.Message, StringComparison.Ordinal);
        Assert.True(e.Unsupported);
        string first = prefixes.Split('\'')[1];
        Assert.Equal([2, 3], Import.Of(content, options: new() { Prefix = first }).Network.FirstWeights());
        Assert.Equal([5, 7], Import.Of(content, options: new() { Prefix = prefixes.Split('\'')[3] }).Network.FirstWeights());
        Assert.Equal([2, 3, 5, 7], Import.Of(content, options: File).Network.FirstWeights()[..4]);
    }

    [Theory]
    [InlineData("features", "classifier")] // one network in two parts, as torchvision names them
    [InlineData("generator", "discriminator")] // two networks of the same shapes
    public void Read_TwoPartsThatChainInOneWay_AsksAndNamesEachAnswer(string first, string second)
    {
        (string, int[])[] shapes = [($"{first}.0.weight", [20, 10]), ($"{first}.2.weight", [15, 20]), ($"{second}.0.weight", [8, 15]),
            ($"{second}.6.weight", [3, 8])];
        byte[] content = TorchFile.OfShapes(shapes);

        string message = Import.Refused(content, "SeveralNetworks").Message;

        Assert.Contains($"-Prefix '{first}.' (10-20-15), -Prefix '{second}.' (15-8-3)", message, StringComparison.Ordinal);
        Assert.Contains("-Order File (10-20-15-8-3)", message, StringComparison.Ordinal);
        Assert.Equal("10-20-15", Import.Of(content, options: new() { Prefix = $"{first}." }).Network.Architecture);
        Assert.Equal("15-8-3", Import.Of(content, options: new() { Prefix = $"{second}." }).Network.Architecture);
        Assert.Equal("10-20-15-8-3", Import.Of(content, options: File).Network.Architecture);
    }

    [Fact]
    public void Read_TwoPartsInAnotherOrder_NamesTheOrderThatFits()
    {
        byte[] content = TorchFile.OfShapes(
            ("head.0.weight", [8, 15]), ("head.2.weight", [3, 8]), ("body.0.weight", [20, 10]), ("body.2.weight", [15, 20]));

        string message = Import.Refused(content, "SeveralNetworks").Message;

        Assert.DoesNotContain("-Order File", message, StringComparison.Ordinal);
        Assert.Contains("-Order Names (body.0, body.2, head.0, head.2)", message, StringComparison.Ordinal);
        Assert.Equal("10-20-15-8-3", Import.Of(content, options: Names).Network.Architecture);
    }

    [Fact]
    public void Read_TwoNetworksOfTheSameInputs_OffersNoOrder()
    {
        string message = Import.Refused(
            TorchFile.OfShapes(("a.0.weight", [20, 10]), ("a.2.weight", [3, 20]), ("b.0.weight", [8, 10]), ("b.2.weight", [3, 8])),
            "SeveralNetworks").Message;

        Assert.DoesNotContain("-Order", message, StringComparison.Ordinal);
        Assert.Contains("-Prefix 'a.' (10-20-3), -Prefix 'b.' (10-8-3)", message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Read_GeneratorAndDiscriminatorOfPyTorchItself_AreRefused() =>
        Assert.Equal(
            "SeveralNetworks",
            Assert.Throws<InvalidFileException>(
                () => NetworkFormats.Read(TestFiles.Shared("networks/wild/crafted/two_networks.pth"))).ErrorId);

    [Fact]
    public void Read_PrefixOfNothing_NamesWhatThereIs() =>
        Assert.Contains(
            "fc1.", Import.Refused(
                TorchFile.OfNames("fc1.weight", "fc2.weight"), "PrefixNotFound", options: new() { Prefix = "Fc" }).Message,
                StringComparison.Ordinal);

    [Theory]
    [InlineData("weights.dat")]
    [InlineData("net.nnet")]
    [InlineData("net.onnx")]
    public void Read_OrderOrPrefixOfAFormatWithoutNames_IsRefused(string name)
    {
        using var folder = new TemporaryFolder();
        NetworkFormats.Write(
            new([new AffineLayer([1], [0], 1, 1, Activation.Relu), new AffineLayer([1], [0], 1, 1, Activation.Identity)]),
            folder.File(name));
        string Refused(ImportOptions options) =>
            Assert.Throws<InvalidInputException>(() => NetworkFormats.Read(folder.File(name), options: options)).ErrorId;

        Assert.Equal("PrefixNotApplicable", Refused(new() { Prefix = "a" }));
        Assert.Equal("OrderNotApplicable", Refused(Names));
        Assert.Equal("OrderNotApplicable", Refused(File));
        Assert.Equal(1, NetworkFormats.Read(folder.File(name), options: new() { Order = LayerOrdering.Auto }).Depth);
    }

    [Fact]
    public void Read_GroupsWithoutNumbers_ChainByWidth()
    {
        // The file lists the head first, where it does not fit; 4-3-2 is the only way.
        (ReluNetwork network, List<string> warnings) = Import.Of(TorchFile.OfShapes(("head.weight", [2, 3]), ("body.weight", [3, 4])));

        Assert.Equal("4-3-2", network.Architecture);
        Assert.Contains("body, head", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SortedFileWithoutNumbers_IsRefusedWhereWidthsAllowTwoOrders()
    {
        // Sorted as text, the order of the file means nothing: head may well be last.
        byte[] content = TorchFile.OfNames("head.weight", "input.weight");

        Assert.Contains("-Order File", Import.Refused(content, "LayerOrderAmbiguous").Message, StringComparison.Ordinal);
        Assert.Equal([2, 3], Import.Of(content, options: File).Network.FirstWeights());
    }

    [Fact]
    public void Read_OnlyTheFileFits_AsksToo()
    {
        byte[] content = TorchFile.OfShapes(("fc3.weight", [3, 4]), ("fc2.weight", [2, 3]), ("fc1.weight", [1, 2]));

        Assert.Contains("-Order File", Import.Refused(content, "LayerOrderAmbiguous").Message, StringComparison.Ordinal);
        Assert.Equal("4-3-2-1", Import.Of(content, options: File).Network.Architecture);
        Import.Refused(content, "LayerShapeMismatch", options: Names);
    }

    [Fact]
    public void Read_OnlyTheNumbersFit_ReadsByThem()
    {
        (ReluNetwork network, List<string> warnings) = Import.Of(
            TorchFile.OfShapes(("fc3.weight", [1, 2]), ("fc1.weight", [3, 4]), ("fc2.weight", [2, 3])));

        Assert.Equal("4-3-2-1", network.Architecture);
        Assert.Contains("by their numbers", warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NumbersLongerThanAnyInteger_AreCompared()
    {
        string big = new('9', 40);
        (ReluNetwork network, _) = Import.Of(TorchFile.OfNames($"l{big}8.weight", $"l{big}9.weight", $"l1{big}99.weight"));

        Assert.Equal([2, 3, 5], network.FirstWeights());
    }

    [Fact]
    public void Read_NameOfManyParts_DoesNotRecurseDeeply() =>
        Assert.Equal(
            [2, 3], Import.Of(
                TorchFile.OfNames(
                    string.Concat(Enumerable.Repeat("a.", 50_000)) + "1.weight",
                    string.Concat(Enumerable.Repeat("a.", 50_000)) + "2.weight"), options: File).Network.FirstWeights());

    [Theory]
    [InlineData(20_000, "t")] // numbered: in order
    [InlineData(3_000, null)] // words alone: refused, whatever the number
    public void Read_ThousandsOfTensors_TakesWorkInProportion(int count, string? stem)
    {
        var header = new StringBuilder("{");
        for (int i = 0; i < count; i++)
        {
            string name = stem is null
                ? new string([.. i.ToString("d5", CultureInfo.InvariantCulture).Select(static c => (char)('a' + c - '0'))])
                : $"{stem}.{i}";
            header.Append(
                CultureInfo.InvariantCulture,
                $"{(i > 0 ? "," : "")}\"{name}.weight\":{{\"dtype\":\"F32\",\"shape\":[1,1],\"data_offsets\":[{4 * i},{(4 * i) + 4}]}}");
        }

        byte[] text = Encoding.UTF8.GetBytes(header.Append('}').ToString());
        byte[] content = [.. BitConverter.GetBytes(text.LongLength), .. text,
            .. Enumerable.Range(0, count).SelectMany(static i => BitConverter.GetBytes((float)i))];

        if (stem is null)
            Import.Refused(content, "LayerOrderAmbiguous", "net.safetensors");
        else
            Assert.Equal(
                Enumerable.Range(0, count).Select(static i => (double)i), Import.Of(content, "net.safetensors").Network.FirstWeights());
    }

    [SkippableFact]
    public void Read_SortedKeysOfPyTorchItself_GivesItsOutput()
    {
        // Outputs of PyTorch 1.13 at x_i = ((37 i + 11) mod 101) / 100, to nine digits.
        ReluNetwork network = NetworkFormats.Read(TestFiles.Shared("networks/wild/crafted/sorted_keys.pth"));

        double[] output = network.Evaluate([.. Enumerable.Range(0, 16).Select(static i => ((37 * i) + 11) % 101 / 100.0)]);

        Assert.Equal(0.31025863, output[0], 7);
        Assert.Equal(1.46040697, output[1], 7);
        Assert.Equal(-0.236116422, output[2], 7);
    }

    private static double[] Numbers(string text) => [.. text.Split(' ').Select(static n => double.Parse(n, CultureInfo.InvariantCulture))];
}
