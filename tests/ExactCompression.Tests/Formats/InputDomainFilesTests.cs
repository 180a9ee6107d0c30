using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class InputDomainFilesTests
{
    private const string Vnnlib = """
        ; a property
        (declare-const X_0 Real)
        (declare-const X_1 Real)
        (declare-const Y_0 Real)
        (declare-const Y_1 Real)
        (assert (<= X_0 0.6798577687)) ; upper
        (assert (>= X_0 -0.3284228772))
        (assert (and (<= -0.5 X_1) (>= 0.5 X_1)))
        (assert (<= X_1 7e-1))
        (assert (or (and (<= Y_0 Y_1)) (and (>= Y_0 3.0))))
        """;

    [Theory]
    [InlineData("Lower,Upper\n-1,2\n0.5,0.5\n")]
    [InlineData("name,upper,lower\nx,2,-1\ny,0.5,0.5\n")]
    [InlineData("Input,Lower,Upper\n1,0.5,0.5\n0,-1,2\n")]
    [InlineData("id,Lower,Upper\n7,-1,2\n9,0.5,0.5\n")]
    public void Read_CsvWithHeader_GivesOneRangePerRow(string text) => RequireEnds(Read("d.csv", text), [-1, 0.5], [2, 0.5]);

    [Theory]
    [InlineData("-1,2\n0.5,0.5\n0,1\n")]
    [InlineData("-1,0.5,0\n2,0.5,1\n")]
    [InlineData("-1;0.5;0\n2;0.5;1")]
    public void Read_CsvWithoutHeader_IsReadByShape(string text) => RequireEnds(Read("d.csv", text), [-1, 0.5, 0], [2, 0.5, 1]);

    [Fact]
    public void Read_Vnnlib_GivesTheBoxOfTheInputs()
    {
        InputDomain domain = Read("p.vnnlib", Vnnlib);

        RequireEnds(domain, [-0.3284228772, -0.5], [0.6798577687, 0.5]);
        Assert.Equal($"p.vnnlib in [-0.5,{domain.Upper.Span[0]:R}]^2", domain.Description);
    }

    [Fact]
    public void Read_VnnlibWithNegationEqualityAndSingleDisjunct_IsUnderstood() => RequireEnds(
        Read("p.vnnlib", "(declare-const X_0 Real)(declare-fun X_1 () Real)(assert (or (and (= X_0 (- 2)) (>= X_1 0)(<= X_1 1))))"),
        [-2, 0], [-2, 1]);

    [Theory]
    [InlineData("p.csv", "0,1\n2,3\n", "DomainCsvAmbiguous")]
    [InlineData("p.csv", "1,0\n0,1\n0,1\n", "DomainEndsReversed")]
    [InlineData("p.csv", "0,nan\n0,1\n0,1\n", "DomainNotFinite")]
    [InlineData("p.csv", "0,x\n0,1\n0,1\n", "CsvNotANumber")] // taken for a header that names no ends
    [InlineData("p.csv", "0,1\n0,x\n0,1\n", "CsvNotANumber")]
    [InlineData("p.csv", "0,1,2\n0,1,2\n0,1,2\n", "DomainCsvShape")]
    [InlineData("p.csv", "0,1\n0\n", "CsvRagged")]
    [InlineData("p.csv", "Lower,Upper\n", "DomainEmpty")]
    [InlineData("p.csv", "Lower,Upper,Lower\n0,1,0\n", "DomainCsvShape")]
    [InlineData("p.csv", "Lower,Upper,Input,Input\n0,1,0,0\n", "DomainCsvShape")]
    [InlineData("p.csv", "Input,Lower,Upper\n0,0,1\n0,0,1\n", "DomainCsvOrder")]
    [InlineData("p.csv", "Input,Lower,Upper\n1,0,1\n2,0,1\n", "DomainCsvOrder")]
    [InlineData("p.csv", "Input,Lower,Upper\nfirst,0,1\n", "DomainCsvOrder")]
    [InlineData("p.csv", "Lower,Upper,Index\n0,1,1\n0,1,0\n", "DomainCsvOrder")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real)(assert (<= X_0 1))", "VnnlibUnbounded")]
    [InlineData("p.vnnlib", "(declare-const X_1 Real)(assert (<= X_1 1))", "VnnlibDamaged")]
    [InlineData("p.vnnlib", "(assert (<= X_0 1))", "VnnlibDamaged")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real)(assert (or (<= X_0 1) (>= X_0 2)))", "VnnlibUnbounded")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real)(declare-const Y_0 Real)(assert (<= X_0 Y_0))", "VnnlibUnsupported")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real)(assert (<= (* X_0 X_0) 2))", "VnnlibUnsupported")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real)(assert (not (<= X_0 2)))", "VnnlibUnsupported")]
    [InlineData("p.vnnlib", "(declare-network N)", "VnnlibDamaged")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real)(assert (<= X_0 1e999))", "DomainNotFinite")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real)(assert (<= X_0 0))(assert (>= X_0 1))", "DomainEndsReversed")]
    [InlineData("p.vnnlib", "(declare-const X_0 Real", "FileTruncated")]
    [InlineData("p.vnnlib", "; nothing", "VnnlibDamaged")]
    [InlineData("p.vnnlib", "(assert true))", "VnnlibDamaged")]
    [InlineData("p.vnnlib", "", "FileEmpty")]
    public void Read_BadDomain_IsRefused(string name, string text, string errorId) =>
        Assert.Equal(errorId, Assert.Throws<InvalidFileException>(() => Read(name, text)).ErrorId);

    [Fact]
    public void Read_UnboundedInput_IsNamed() =>
        Assert.Equal(
            "X_1", Assert.Throws<InvalidFileException>(
                () => Read(
                    "p.vnnlib",
                    Vnnlib.Replace("(>= 0.5 X_1)", "", StringComparison.Ordinal).Replace(
                        "(<= -0.5 X_1)", "", StringComparison.Ordinal))).Place);

    [Fact]
    public void Read_DeepParentheses_AreRefusedQuickly() =>
        Assert.Equal("VnnlibDamaged", Assert.Throws<InvalidFileException>(() => Read("p.vnnlib", new string('(', 1_000_000))).ErrorId);

    [Fact]
    public void Read_TruncatedOrDamagedAnywhere_FailsCleanly()
    {
        static void ReadIt(string path) => InputDomainFiles.Read(path);
        BadFile.TruncatedEverywhere(Encoding.UTF8.GetBytes(Vnnlib), ReadIt, "cut.vnnlib");
        BadFile.CorruptedEverywhere(Encoding.UTF8.GetBytes(Vnnlib), ReadIt, "damaged.vnnlib");
        BadFile.CorruptedEverywhere("Lower,Upper\n-1,2\n0.5,0.5\n"u8.ToArray(), ReadIt, "damaged.csv");
    }

    [Fact]
    public void Ball_WithClipping_CutsTheEnds() =>
        RequireEnds(InputDomain.Ball([0.1, 0.5, 1], 0.25, 0, 1), [0, 0.25, 0.75], [Math.BitIncrement(0.1 + 0.25), 0.75, 1]);

    [Fact]
    public void Ball_WithoutClipping_ReachesTheRadius() => RequireEnds(InputDomain.Ball([0, 10], 2), [-2, 8], [2, 12]);

    [Theory]
    [InlineData(-1, "DomainRadiusInvalid")]
    [InlineData(double.NaN, "DomainRadiusInvalid")]
    [InlineData(0.5, "DomainClipEmpty")] // the centre lies outside the clipping range by more than the radius
    public void Ball_ThatMakesNoBox_IsRefused(double radius, string errorId) =>
        Assert.Equal(errorId, Assert.Throws<InvalidInputException>(() => InputDomain.Ball([7], radius, 0, 1)).ErrorId);

    private static void RequireEnds(InputDomain domain, double[] lower, double[] upper)
    {
        Assert.Equal(lower, domain.Lower.ToArray());
        Assert.Equal(upper, domain.Upper.ToArray());
        Assert.Equal(lower.Length, domain.Size);
    }

    private static InputDomain Read(string name, string text)
    {
        using var folder = new TemporaryFolder();
        return InputDomainFiles.Read(folder.Write(name, Encoding.UTF8.GetBytes(text)));
    }
}
