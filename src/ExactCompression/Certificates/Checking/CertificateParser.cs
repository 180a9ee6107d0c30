using System.Runtime.InteropServices;
using System.Text.Json;

namespace ExactCompression.Certificates.Checking;

/// <summary>
/// Reads the content of a certificate. Arrays of numbers are strings: <c>f8:</c>, <c>f4:</c> or <c>i4:</c>, then little-endian IEEE
/// doubles, floats or 32-bit integers in base64.
/// </summary>
internal static class CertificateParser
{
    /// <summary>Reads a content.</summary>
    /// <param name="body">The content.</param>
    /// <param name="cancellation">When cancelled, throws at once. Reading itself cannot be cancelled, and takes seconds for the largest
    /// contents: it is then left to finish on its own.</param>
    /// <exception cref="Refusal">It does not have the required form; with the location.</exception>
    public static Certificate Parse(ReadOnlyMemory<byte> body, CancellationToken cancellation = default) =>
        Parse(body, Read, cancellation);

    /// <summary>Reads a content of any form.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="body">The content.</param>
    /// <param name="read">Reads it.</param>
    /// <param name="cancellation">When cancelled, throws at once.</param>
    /// <exception cref="Refusal">It does not have the required form; with the location.</exception>
    public static T Parse<T>(ReadOnlyMemory<byte> body, Func<Field, T> read, CancellationToken cancellation) =>
        Task.Run(() => Parse(body, read), CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();

    private static T Parse<T>(ReadOnlyMemory<byte> body, Func<Field, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return read(new(document.RootElement, ""));
        }
        catch (JsonException e)
        {
            throw new Refusal("content", $"It is not valid JSON from byte {e.BytePositionInLine} on.");
        }
        catch (InvalidOperationException)
        {
            throw new Refusal("content", "It is not UTF-8.");
        }
    }

    private static Certificate Read(Field root)
    {
        Field domain = root["domain"];
        int inputs = domain["inputs"].Integer();
        return new()
        {
            OriginalHashes = root["original"]["sha256"].Items(static f => f.Text()),
            CompressedHashes = root["compressed"]["sha256"].Items(static f => f.Text()),
            DomainHash = domain["sha256"].Text(),
            Lower = domain["lower"].DoublesOrOne(inputs),
            Upper = domain["upper"].DoublesOrOne(inputs),
            Deviation = root["deviation"].Number(),
            Points = root["points"].Items(static f => f.Doubles()),
            Original = root["original"]["layers"].Items(Claims),
            Compressed = root["compressed"]["layers"].Items(Claims),
            Relation = new(root["relation"]["start"].Integer(), root["relation"]["layers"].Items(Layer)),
        };
    }

    /// <summary>Reads the claims about a layer of a chain.</summary>
    /// <param name="layer">The claims.</param>
    internal static LayerClaims Claims(Field layer) => new()
    {
        States = layer["states"].Text(),
        Above = layer["above"].Text(),
        Below = layer["below"].Text(),
        Slopes = layer["slopes"].Items(static f => f.Floats()),
        Trees = layer["trees"].Items(static f => new PhaseTree(f["splits"].Integers(), f["leaves"].Items(static leaf => leaf.Floats()))),
        Boxes = layer["boxes"].Items(Boxes),
        JoinsOpposed = layer.Has("opposed") && layer["opposed"].Flag(),
    };

    /// <summary>Reads a tree of boxes.</summary>
    /// <param name="tree">The tree.</param>
    internal static BoxTree Boxes(Field tree) => new(tree["inputs"].Integers(), tree["places"].Doubles());

    private static LayerRelation Layer(Field layer) => new()
    {
        HasCounterpart = layer["counterpart"].Flag(),
        Kinds = layer["kinds"].Text(),
        Targets = layer["targets"].Integers(),
        Factors = layer["factors"].Doubles(),
        Sums = layer["sums"].Integers(),
        Terms = layer["terms"].Doubles(),
        Linear = layer["linear"].Integers(),
        Coefficients = layer["coefficients"].Doubles(),
    };

    /// <summary>A value with its path, so that errors can state their location.</summary>
    internal readonly record struct Field(JsonElement Value, string Way)
    {
        public Field this[string name] => Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out JsonElement value)
            ? new(value, Way.Length == 0 ? name : $"{Way}, {name}")
            : throw new Refusal(Way.Length == 0 ? name : $"{Way}, {name}", "It is missing.");

        public bool Has(string name) => Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(name, out _);

        public T[] Items<T>(Func<Field, T> read)
        {
            if (Value.ValueKind != JsonValueKind.Array)
                throw Wrong("a list");
            string way = Way;
            return [.. Value.EnumerateArray().Select((item, i) => read(new(item, $"{way}, {i}")))];
        }

        public string Text() => Value.ValueKind == JsonValueKind.String ? Value.GetString()! : throw Wrong("a text");

        public bool Flag() =>
            Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Wrong("true or false");

        public double Number() =>
            Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out double number) ? number : throw Wrong("a number");

        public int Integer() =>
            Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out int number) ? number : throw Wrong("an integer");

        public double[] Doubles() =>
            Text() is var text && text.StartsWith("f4:", StringComparison.Ordinal)
                ? Array.ConvertAll(Unpack<float>("f4:"), static f => (double)f)
                : Unpack<double>("f8:");

        public double[] DoublesOrOne(int count)
        {
            if (Value.ValueKind != JsonValueKind.Number)
                return Doubles();
            if (count is < 1 or > (1 << 22))
                throw Wrong("a number for a network's inputs");
            var all = new double[count];
            Array.Fill(all, Number());
            return all;
        }

        public float[] Floats() => Unpack<float>("f4:");

        public int[] Integers() => Unpack<int>("i4:");

        /// <summary>Integers that are stated by what each adds to the one before.</summary>
        public int[] Differences()
        {
            int[] numbers = Unpack<int>("d4:");
            for (int k = 1; k < numbers.Length; k++)
                numbers[k] = unchecked(numbers[k] + numbers[k - 1]);
            return numbers;
        }

        /// <summary>Numbers from 0 to 1, stated as bytes: 255 times as much.</summary>
        public float[] Shares() => Array.ConvertAll(Unpack<byte>("u1:"), static share => share / 255f);

        private unsafe T[] Unpack<T>(string kind)
            where T : unmanaged
        {
            string text = Text();
            byte[] bytes = new byte[text.Length];
            if (!text.StartsWith(kind, StringComparison.Ordinal)
                || !Convert.TryFromBase64Chars(text.AsSpan(kind.Length), bytes, out int length) || length % sizeof(T) != 0)
                throw Wrong($"numbers that begin with {kind}");
            return MemoryMarshal.Cast<byte, T>(bytes.AsSpan(0, length)).ToArray();
        }

        private Refusal Wrong(string expected) => new(Way, $"It is not {expected}.");
    }
}
