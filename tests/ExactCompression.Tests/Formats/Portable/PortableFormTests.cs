using System.Buffers.Binary;
using System.Text;
using ExactCompression.Formats;
using ExactCompression.Tests.Certificates;
using ExactCompression.Tests.Formats.Writing;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Formats.Portable;

/// <summary>
/// The bytes that objects travel as: the same object comes back, and damaged ones give one clear error in bounded time and memory.
/// </summary>
public sealed class PortableFormTests
{
    private const int Header = 4 + 1 + 32 + 8;

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        foreach (object value in Values())
            Assert.Equal(PortableForm.Of(value), PortableForm.Of(PortableForm.Read(PortableForm.Of(value))));
    }

    [Fact]
    public void Read_NetworkOfZeros_ComesBackThoughItIsHighlyCompressible()
    {
        var network = new ReluNetwork([new AffineLayer(new double[3_000_000], new double[3000], 3000, 1000, Activation.Identity)]);
        byte[] bytes = PortableForm.Of(network);
        Assert.InRange(bytes.Length, 0, 200_000);
        Assert.Equal("1000-3000", ((ReluNetwork)PortableForm.Read(bytes)).Architecture);
    }

    [Fact]
    public void Read_AnyByteChangedOrMissing_IsRefused()
    {
        byte[] bytes = PortableForm.Of(Exports.Network("net"));
        for (int at = 0; at < bytes.Length; at++)
        {
            RequireRefused(bytes[..at]);
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] changed = [.. bytes];
                changed[at] ^= (byte)(1 << bit);
                if (!IsTheSame(changed, bytes))
                    RequireRefused(changed);
            }
        }

        RequireRefused([.. bytes, 1]);
    }

    [Fact]
    public void Read_LengthThatIsALie_IsRefusedBeforeAnythingIsAllocated()
    {
        byte[] bytes = PortableForm.Of(Exports.Network("net"));
        foreach (long length in (long[])[-1, 0, 1, int.MaxValue, int.MaxValue + 1L, long.MaxValue, long.MinValue])
        {
            byte[] changed = [.. bytes];
            BinaryPrimitives.WriteInt64LittleEndian(changed.AsSpan(Header - 8), length);
            long before = GC.GetAllocatedBytesForCurrentThread();
            RequireRefused(changed);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void Read_BombOfZeros_IsRefused()
    {
        byte[] bomb = PortableForm.Pack(2, new byte[100_000_000]);
        // Without the padding that says how much may come.
        int end = Array.FindLastIndex(bomb, static b => b != 0) + 1;
        long before = GC.GetAllocatedBytesForCurrentThread();
        RequireRefused(bomb[..end]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Theory]
    [InlineData(0)] // of layers
    [InlineData(1)] // of weights
    public void Read_HugeCount_IsRefusedBeforeAnythingIsAllocated(int which)
    {
        foreach (int count in (int[])[-1, int.MinValue, int.MaxValue, 1 << 28])
        {
            byte[] content = NetworkContent(layers: which == 0 ? count : 1, weights: which == 1 ? count : 1);
            long before = GC.GetAllocatedBytesForCurrentThread();
            RequireRefused(PortableForm.Pack(0, content));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void Read_ContentMadeByHand_IsRead() =>
        Assert.Equal("1-1", ((ReluNetwork)PortableForm.Read(PortableForm.Pack(0, NetworkContent(1, 1)))).Architecture);

    [Theory]
    [InlineData("state 9", 0)]
    [InlineData("bounds crossed", 1)]
    [InlineData("not a number", 2)]
    [InlineData("stably active below 0", 3)]
    public void Read_VerdictThatCannotBe_IsRefused(string what, int kind)
    {
        Assert.NotEmpty(what);
        ReluNetwork network = Exports.Network("net");
        (NeuronState state, double lower, double upper) = kind switch
        {
            0 => ((NeuronState)9, -1.0, 1.0),
            1 => (NeuronState.Undetermined, 1, -1),
            2 => (NeuronState.Undetermined, double.NaN, 1),
            _ => (NeuronState.StablyActive, -2, -1),
        };
        RequireRefused(PortableForm.Of(Table(network, state, lower, upper, null)));
        RequireRefused(PortableForm.Of(Table(network, NeuronState.Unstable, -1, 1, [2, 2]))); // a witness outside the domain
        RequireRefused(PortableForm.Of(Table(network, NeuronState.Unstable, -1, 1, [0.5])));
        PortableForm.Read(PortableForm.Of(Table(network, NeuronState.Unstable, -1, 1, [0.5, 0.5])));
    }

    [Fact]
    public void Read_DomainsWithoutOneEnd_AreRefused()
    {
        // Any size, a description, no lower ends, no upper ends.
        byte[] content = [0, 1, (byte)'d', 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
        RequireRefused(PortableForm.Pack(1, content));
        RequireRefused(PortableForm.Pack(1, [0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])); // the length of a text
    }

    /// <summary>With a checksum that is right: as somebody would make them who wants harm.</summary>
    [Fact]
    public void Read_DamagedContent_GivesAnObjectOrTheOneError()
    {
        byte[][] contents = [.. Values().Select(static value => Content(PortableForm.Of(value)))];
        byte[] kinds = [.. Values().Select(static value => PortableForm.Of(value)[4])];
        var random = new Random(1);
        int read = 0;
        for (int i = 0; i < 5_000; i++)
        {
            int of = random.Next(contents.Length);
            byte[] content = Mutation.Of(contents[of], contents[random.Next(contents.Length)], random);
            byte kind = random.Next(10) == 0 ? (byte)random.Next(5) : kinds[of];
            try
            {
                PortableForm.Of(PortableForm.Read(PortableForm.Pack(kind, content)));
                read++;
            }
            catch (InvalidInputException e)
            {
                Assert.Equal("PortableFormInvalid", e.ErrorId);
                Assert.InRange(e.Message.Length, 50, 600);
            }
        }

        Assert.InRange(read, 1, 4_999); // a changed weight is a weight
    }

    [Fact]
    public void Read_DataWithStatedRanges_KeepsThem()
    {
        InputDomain box = InputDomain.OfData((InputData)PortableForm.Read(PortableForm.Of(Stated())));
        Assert.Equal([0.5, 1.75], box.Lower.ToArray());
        Assert.Equal([3.5, 4.25], box.Upper.ToArray());
        RequireRefused(PortableForm.Of(new InputData([1, 2], 1, 2) { Ranges = (new double[] { 1, 2 }, new double[] { 1, 1 }) }));
        RequireRefused(PortableForm.Of(new InputData([1, 2], 1, 2) { Ranges = (new double[] { 1 }, new double[] { 1 }) }));
    }

    [Theory]
    [InlineData("[0,1]^2")]
    [InlineData("")]
    public void Read_DomainWithAnyName_DescribesItsOwnEnds(string name)
    {
        var domain = new InputDomain([0, 0], [1, 2], name);
        var read = (InputDomain)PortableForm.Read(PortableForm.Of(PortableForm.Read(PortableForm.Of(domain))));

        Assert.Equal(domain.Description, read.Description);
        Assert.EndsWith(" in [0,2]^2", read.Description, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_InvalidData_IsRefused()
    {
        byte[] content = Content(PortableForm.Of(new InputData([1, 2], 2, 1, [3, 4])));
        byte kind = PortableForm.Of(new InputData([1, 2], 2, 1, [3, 4]))[4];
        PortableForm.Read(PortableForm.Pack(kind, content));
        foreach ((byte[] from, byte[] to) in new[]
        {
            (BitConverter.GetBytes(2f), BitConverter.GetBytes(float.NaN)),
            (BitConverter.GetBytes(2f), BitConverter.GetBytes(float.PositiveInfinity)),
            (BitConverter.GetBytes(4), BitConverter.GetBytes(-4)),
        })
        {
            byte[] changed = [.. content];
            to.CopyTo(changed, content.AsSpan().LastIndexOf(from));
            RequireRefused(PortableForm.Pack(kind, changed));
        }
    }

    internal static IEnumerable<object> Values()
    {
        ReluNetwork network = Exports.Network("net\n=1", "/a/b.onnx");
        yield return network;
        yield return InputDomain.Unit;
        yield return new InputDomain([0, 0.1], [1, 0.2], "box");
        yield return new InputData([1, 2, 3, 4], 2, 2, [1, 0], "data", 0.5);
        yield return Stated();
        CompressionResult result = Made.Compression(network);
        yield return result.Table;
        yield return result;
        var history = new TrainingHistory(new() { Hidden = [3], Epochs = 1 }, "data", 10, 2, [new(1, 0.5, 0.25, null, 3, 0.1, 2)], 7, true);
        var model = new ModelInterface(
            new("image", [new(1, "batch"), new(1), new(network.InputSize, "")]), new("label", [new(1, "batch"), new(network.OutputSize)]))
        {
            GraphName = "graph",
            Producer = "hand",
            Version = 3,
            Metadata = [new("key", "value")],
        };
        yield return new ReluNetwork(OperatorGraphs.Of(new Random(3), 12), "graph", "/a/b.pt", "PyTorch", InputDomain.Unit);
        yield return new ReluNetwork(network.DenseLayers, "trained", null, null, InputDomain.Unit, history, model);
    }

    private static InputData Stated() => new([1, 2, 3, 4], 2, 2) { Ranges = (new double[] { 0.5, 1.75 }, new double[] { 3.5, 4.25 }) };

    private static StabilityTable Table(ReluNetwork network, NeuronState state, double lower, double upper, double[]? witness) => new(
        network,
        InputDomain.Unit,
        [.. StabilityTable.Undecided(network).Neurons.Select(
            n => new NeuronStability { Layer = n.Layer, Neuron = n.Neuron, State = state, LowerBound = lower, UpperBound = upper,
                PositiveWitness = witness })]);

    private static byte[] Content(byte[] form) =>
        PortableForm.Unpack(form.AsSpan(Header), BinaryPrimitives.ReadInt64LittleEndian(form.AsSpan(Header - 8)));

    /// <summary>A network of one weight, with counts as given.</summary>
    private static byte[] NetworkContent(int layers, int weights)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write("net");
        writer.Write((byte)0); // no path
        writer.Write((byte)0); // no format
        writer.Write((byte)0); // no domain of its own
        writer.Write(layers);
        writer.Write(1);
        writer.Write(1);
        writer.Write((byte)Activation.Identity);
        writer.Write((byte)WeightPrecision.Float32);
        writer.Write(weights);
        writer.Write((byte)1);
        writer.Write(2.5f);
        writer.Write(1);
        writer.Write((byte)1);
        writer.Write(0.5f);
        writer.Write(0); // no operations beside the weights
        writer.Write((byte)1); // exact
        writer.Write((byte)0); // not trained
        writer.Write((byte)0); // no names of input and output
        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Whether only how the content is compressed differs, such as the size of the window.</summary>
    private static bool IsTheSame(byte[] changed, byte[] bytes)
    {
        try
        {
            return changed.AsSpan(0, Header).SequenceEqual(bytes.AsSpan(0, Header))
                && Content(changed).AsSpan().SequenceEqual(Content(bytes));
        }
        catch (InvalidInputException)
        {
            return false;
        }
    }

    private static void RequireRefused(byte[] bytes) =>
        Assert.Equal("PortableFormInvalid", Assert.Throws<InvalidInputException>(() => PortableForm.Read(bytes)).ErrorId);
}
