using System.Globalization;
using System.Text;
using CsCheck;
using ExactCompression.Formats;
using ExactCompression.Tests.Oracles;
using Xunit;

namespace ExactCompression.Tests.Formats.Vnnlib;

/// <summary>The domain of a random property holds every input that satisfies it, in exact arithmetic of the tests' own.</summary>
public class VnnlibDomainProperties
{
    private const int Inputs = 2;

    [Fact]
    public void Read_RandomProperty_HoldsEveryInputThatSatisfiesIt() => Gen.Int.Sample(static seed => Try(new Random(seed)), iter: 2000);

    private static void Try(Random random)
    {
        bool isSecond = random.Next(2) == 0;
        Formula formula = Make(random, 3);
        string text = Declared(isSecond);
        for (int i = 0; i < Inputs; i++)
            text += $"(assert (>= {Name(i, isSecond)} -4))(assert (<= {Name(i, isSecond)} 4))";
        text += $"(assert {formula.Text(i => Name(i, isSecond), isSecond ? "Y[0]" : "Y_0")})";
        InputDomain? domain;
        using (var folder = new TemporaryFolder())
        {
            try
            {
                domain = InputDomainFiles.Read(folder.Write("p.vnnlib", Encoding.ASCII.GetBytes(text)));
            }
            catch (InvalidFileException e) when (e.ErrorId == "DomainEndsReversed")
            {
                domain = null;
            }
        }

        // Candidates are the numbers of the file themselves, and numbers beside them.
        Rational tiny = 1e-30;
        Rational[] ends = [.. formula.Ends().SelectMany(v => new[] { v, v + tiny, v - tiny }).Append(4).Append(-4)];
        for (int k = 0; k < 60; k++)
        {
            Rational[] point = [ends[random.Next(ends.Length)], ends[random.Next(ends.Length)]];
            if (point.Any(static x => x > 4 || x < -4) || !formula.Holds(point))
                continue;
            Assert.True(domain is not null, text);
            for (int i = 0; i < Inputs; i++)
                Assert.True(
                    (Rational)domain.Lower.Span[i] <= point[i] && point[i] <= (Rational)domain.Upper.Span[i],
                    $"{point[i]} is not in {domain}: {text}");
        }
    }

    private static string Name(int input, bool isSecond) => isSecond ? $"X[0,{input}]" : $"X_{input}";

    private static string Declared(bool isSecond) => isSecond
        ? "(vnnlib-version <2.0>)(declare-network n (declare-input X real [1,2])(declare-output Y real [1]))"
        : "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)";

    private static Formula Make(Random random, int depth)
    {
        if (depth > 0 && random.Next(3) > 0)
            return new Junction(random.Next(2) == 0, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Make(random, depth - 1))]);
        return random.Next(6) == 0 ? new OfOutput() : new Bound(
            random.Next(Inputs), Number(random), Number(random) is var s && Value(s).Sign == 0 ? "3" : s, Number(random),
            ((string[])["<=", ">=", "<", ">", "=", "!="])[random.Next(6)], random.Next(2) == 0);
    }

    private static string Number(Random random) => random.Next(5) switch
    {
        0 => random.Next(-3, 4).ToString(CultureInfo.InvariantCulture),
        1 => (random.Next(-30, 31) / 10.0).ToString("R", CultureInfo.InvariantCulture),
        2 => ((2 * random.NextDouble()) - 1).ToString("R", CultureInfo.InvariantCulture),
        3 => $"{random.Next(-9, 10)}e-1",
        _ => "0.1",
    };

    private static Rational Value(string text)
    {
        int mark = text.IndexOfAny(['e', 'E']);
        int exponent = mark < 0 ? 0 : int.Parse(text[(mark + 1)..], CultureInfo.InvariantCulture);
        string digits = mark < 0 ? text : text[..mark];
        int point = digits.IndexOf('.', StringComparison.Ordinal);
        if (point >= 0)
            (digits, exponent) = (digits.Remove(point, 1), exponent - (digits.Length - point - 1));
        Rational value = new(System.Numerics.BigInteger.Parse(digits, CultureInfo.InvariantCulture), 1), ten = 10;
        for (; exponent > 0; exponent--)
            value *= ten;
        for (; exponent < 0; exponent++)
            value /= ten;
        return value;
    }

    private abstract record Formula
    {
        public abstract string Text(Func<int, string> input, string output);

        /// <summary>Whether it holds for some output.</summary>
        public abstract bool Holds(Rational[] point);

        public abstract IEnumerable<Rational> Ends();
    }

    private sealed record Junction(bool IsAnd, Formula[] Parts) : Formula
    {
        public override string Text(Func<int, string> input, string output) =>
            $"({(IsAnd ? "and" : "or")} {string.Join(' ', Parts.Select(p => p.Text(input, output)))})";

        public override bool Holds(Rational[] point) => IsAnd ? Parts.All(p => p.Holds(point)) : Parts.Any(p => p.Holds(point));

        public override IEnumerable<Rational> Ends() => Parts.SelectMany(static p => p.Ends());
    }

    private sealed record OfOutput : Formula
    {
        public override string Text(Func<int, string> input, string output) => $"(>= {output} 0.5)";

        public override bool Holds(Rational[] point) => true;

        public override IEnumerable<Rational> Ends() => [];
    }

    /// <summary><c>shift + scale x</c> compared with an end, either way round.</summary>
    private sealed record Bound(int Input, string Shift, string Scale, string End, string Relation, bool IsTurned) : Formula
    {
        public override string Text(Func<int, string> input, string output)
        {
            string term = $"(+ {Shift} (* {Scale} {input(Input)}))", end = $"(- (/ {End} 2) (/ (- {End}) 2))";
            return IsTurned ? $"({Turned(Relation)} {end} {term})" : $"({Relation} {term} {end})";
        }

        public override bool Holds(Rational[] point)
        {
            int sign = (Value(Shift) + (Value(Scale) * point[Input]) - Value(End)).Sign;
            return Relation switch
            {
                "<=" => sign <= 0,
                ">=" => sign >= 0,
                "<" => sign < 0,
                ">" => sign > 0,
                "=" => sign == 0,
                _ => sign != 0,
            };
        }

        public override IEnumerable<Rational> Ends() => [(Value(End) - Value(Shift)) / Value(Scale)];

        private static string Turned(string relation) => relation switch
        {
            "<=" => ">=",
            ">=" => "<=",
            "<" => ">",
            ">" => "<",
            _ => relation,
        };
    }
}
