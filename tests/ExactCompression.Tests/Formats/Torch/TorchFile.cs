using System.IO.Compression;
using System.Text;

namespace ExactCompression.Tests.Formats;

/// <summary>
/// Makes PyTorch files by hand: pickles of protocol 2 from the opcode table of Python's <c>pickletools</c>, storages of float32 beside
/// them. Each method gives the bytes that push one value.
/// </summary>
internal sealed class TorchFile
{
    private readonly List<byte[]> storages = [];

    /// <summary>
    /// A whole state dict of layers 1 x 1 without bias, whose weights count 2, 3, 5, 7, 11, ... in the order of the names given.
    /// </summary>
    public static byte[] OfNames(params string[] names)
    {
        var file = new TorchFile();
        int[] primes = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43];
        return file.Zip(Dict([.. names.Select((n, i) => (n, file.Tensor([1, 1], primes[i])))]));
    }

    /// <summary>A state dict of tensors of any shape; all values are those of a counter that begins at 1.</summary>
    public static byte[] OfShapes(params (string Name, int[] Shape)[] tensors)
    {
        var file = new TorchFile();
        float next = 0;
        return file.Zip(
            Dict([.. tensors.Select(
                t => (t.Name,
                    file.Tensor(t.Shape, [.. Enumerable.Range(0, t.Shape.Aggregate(1, (n, e) => n * e)).Select(_ => ++next)])))]));
    }

    public static byte[] Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        return [(byte)'X', .. BitConverter.GetBytes(bytes.Length), .. bytes];
    }

    public static byte[] Number(int value) => [(byte)'J', .. BitConverter.GetBytes(value)];

    public static byte[] None => [(byte)'N'];

    public static byte[] Global(string module, string name) => Encoding.ASCII.GetBytes($"c{module}\n{name}\n");

    public static byte[] Tuple(params byte[][] items) => [(byte)'(', .. items.SelectMany(static i => i), (byte)'t'];

    public static byte[] List(params byte[][] items) => [(byte)']', (byte)'(', .. items.SelectMany(static i => i), (byte)'e'];

    public static byte[] Dict(params (string Key, byte[] Value)[] items) => DictOf([.. items.Select(static i => (Text(i.Key), i.Value))]);

    public static byte[] DictOf(params (byte[] Key, byte[] Value)[] items) =>
        [(byte)'}', (byte)'(', .. items.SelectMany(static i => i.Key.Concat(i.Value)), (byte)'u'];

    /// <summary>A module pickled whole: NEWOBJ of its class, BUILD with its attributes.</summary>
    public static byte[] Module(string module, string name, params (string Key, byte[] Value)[] attributes) =>
        [.. Global(module, name), (byte)')', 0x81, .. Dict(attributes), (byte)'b'];

    /// <summary>A contiguous tensor with a storage of its own.</summary>
    public byte[] Tensor(int[] shape, params float[] values)
    {
        var stride = new int[shape.Length];
        for (int d = shape.Length - 1, next = 1; d >= 0; next *= shape[d], d--)
            stride[d] = next;
        return View(Storage(values), values.Length, shape, stride);
    }

    /// <summary>Adds a storage and gives its key.</summary>
    public int Storage(params float[] values)
    {
        storages.Add([.. values.SelectMany(BitConverter.GetBytes)]);
        return storages.Count - 1;
    }

    /// <summary>A tensor that looks into a storage.</summary>
    public static byte[] View(int storage, int count, int[] shape, int[] stride, int offset = 0, string type = "FloatStorage") =>
    [
        .. Global("torch._utils", "_rebuild_tensor_v2"),
        .. Tuple(
            [.. Tuple(Text("storage"), Global("torch", type), Text($"{storage}"), Text("cpu"), Number(count)), (byte)'Q'],
            Number(offset),
            Tuple([.. shape.Select(Number)]),
            Tuple([.. stride.Select(Number)]),
            [0x89],
            [(byte)'}']),
        (byte)'R',
    ];

    /// <summary>The zip form, stored or packed.</summary>
    public byte[] Zip(byte[] value, bool packed = false)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            void Add(string name, ReadOnlySpan<byte> content)
            {
                using Stream entry = zip.CreateEntry(
                    $"net/{name}",
                    packed ? System.IO.Compression.CompressionLevel.SmallestSize : System.IO.Compression.CompressionLevel.NoCompression)
                    .Open();
                entry.Write(content);
            }

            Add("data.pkl", [0x80, 2, .. value, (byte)'.']);
            for (int i = 0; i < storages.Count; i++)
                Add($"data/{i}", storages[i]);
            Add("version", "3\n"u8);
        }

        return stream.ToArray();
    }

    /// <summary>The legacy form: pickles in a row, then the storages.</summary>
    public byte[] Legacy(byte[] value)
    {
        byte[] magic = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];
        byte[] keys = [0x80, 2, .. List([.. storages.Select(static (_, i) => Text($"{i}"))]), (byte)'.'];
        byte[] system = [0x80, 2, (byte)'}', (byte)'.'];
        return
        [
            .. magic, 0x80, 2, .. Number(1001), (byte)'.', .. system, 0x80, 2, .. value, (byte)'.', .. keys,
            .. storages.SelectMany(static s => BitConverter.GetBytes(s.LongLength / 4).Concat(s)),
        ];
    }
}
